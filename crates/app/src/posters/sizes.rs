//! One poster in the sizes that pages show.

use std::{fmt, io::Cursor};

use bytes::Bytes;
use image::{
    DynamicImage, ExtendedColorType, ImageDecoder, ImageEncoder as _, ImageError, ImageReader, Limits, Rgb, RgbImage,
    Rgba, codecs::jpeg::JpegEncoder, imageops::FilterType,
};

/// The most pixels of a picture: 75 MB while it is looked at, and as much again while some JPEGs are unpacked.
const MOST_PIXELS: u64 = 25_000_000;
/// The longest side of a picture, in pixels.
const LONGEST_SIDE: u32 = 16_000;
/// The most memory that a decoder may take for a picture, in bytes: 16 bits a channel for all pixels.
const MOST_MEMORY: u64 = 200 << 20;
/// Out of 100. From here on files grow quickly and pictures hardly look better.
const QUALITY: u8 = 82;
/// The longest colour profile that is handed on, in bytes: those of screens are short, those of presses are not.
const LONGEST_PROFILE: usize = 4 << 10;

/// How wide a poster is, in pixels; it is half as high again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Width {
    /// In a list.
    Small,
    /// On the wall of films; in a list on a fine screen.
    Middle,
    /// On the wall, or the film's own page on a phone, on a fine screen.
    Large,
    /// On the film's own page, on a fine screen.
    Largest,
}

impl Width {
    /// All, the narrowest first.
    pub const ALL: [Self; 4] = [Self::Small, Self::Middle, Self::Large, Self::Largest];

    /// In pixels.
    pub const fn pixels(self) -> u32 {
        match self {
            Self::Small => 160,
            Self::Middle => 320,
            Self::Large => 480,
            Self::Largest => 640,
        }
    }
}

/// A poster as JPEG files.
#[derive(Clone)]
pub(super) struct Sizes([Bytes; Width::ALL.len()]);

/// Their bytes say nothing to who reads a log.
impl fmt::Debug for Sizes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.0.iter().map(Bytes::len)).finish()
    }
}

impl Sizes {
    pub(super) fn of(&self, width: Width) -> Bytes {
        let [small, middle, large, largest] = &self.0;
        match width {
            Width::Small => small,
            Width::Middle => middle,
            Width::Large => large,
            Width::Largest => largest,
        }
        .clone()
    }

    /// In bytes.
    pub(super) fn weight(&self) -> u64 {
        self.0.iter().map(|file| file.len() as u64).sum()
    }

    /// Unpacks a file and makes all sizes of it. The error says what is wrong with the file.
    pub(super) fn make(file: &[u8]) -> Result<Self, String> {
        let mut decoder = opened(file)?;
        let profile = decoder.icc_profile().ok().flatten().filter(|profile| is_for_screens(profile));
        let orientation = decoder.orientation().map_err(|error| in_words(&error))?;
        let mut whole = DynamicImage::from_decoder(decoder).map_err(|error| in_words(&error))?;
        whole.apply_orientation(orientation);
        let rough = on_white(cut(whole));
        let mut files = [const { Bytes::new() }; Width::ALL.len()];
        for (file, width) in files.iter_mut().zip(Width::ALL) {
            *file = encoded(&rough, width.pixels(), profile.as_ref()).map_err(|error| in_words(&error))?.into();
        }
        Ok(Self(files))
    }
}

/// Whether a file begins like a picture that will be unpacked. Nothing of it is unpacked before its size is known.
pub(super) fn check(file: &[u8]) -> Result<(), String> {
    opened(file).map(drop)
}

fn opened(file: &[u8]) -> Result<impl ImageDecoder + '_, String> {
    let mut limits = Limits::no_limits();
    limits.max_image_width = Some(LONGEST_SIDE);
    limits.max_image_height = Some(LONGEST_SIDE);
    limits.max_alloc = Some(MOST_MEMORY);
    let reader = ImageReader::new(Cursor::new(file)).with_guessed_format();
    let mut reader = reader.map_err(|error| error.to_string())?;
    reader.limits(limits);
    let decoder = reader.into_decoder().map_err(|error| in_words(&error))?;
    let (width, height) = decoder.dimensions();
    if width.min(height) == 0 {
        return Err("it has no pixels".into());
    }
    if u64::from(width) * u64::from(height) > MOST_PIXELS || decoder.total_bytes() > MOST_MEMORY {
        return Err(format!("it has {width} by {height} pixels, and at most {MOST_PIXELS} in all are unpacked"));
    }
    Ok(decoder)
}

fn in_words(error: &ImageError) -> String {
    match error {
        ImageError::Unsupported(_) => "it is neither a JPEG nor a PNG nor a WebP picture".into(),
        ImageError::Limits(_) => format!("it has more than {LONGEST_SIDE} pixels on a side, or takes too much memory"),
        other => other.to_string(),
    }
}

/// A profile of red, green and blue (ICC.1:2022, 7.2.6); one of inks does not fit what was unpacked.
fn is_for_screens(profile: &[u8]) -> bool {
    profile.len() <= LONGEST_PROFILE && profile.get(16..20) == Some(b"RGB ")
}

/// The middle of a picture, two to three, not much larger than it will be needed.
fn cut(whole: DynamicImage) -> DynamicImage {
    let middle = |width: u32, height: u32| {
        let inner_width = u64::from(width).min(u64::from(height) * 2 / 3).max(1);
        let inner_height = u64::from(height).min(u64::from(width) * 3 / 2).max(1);
        let side = |inner: u64| u32::try_from(inner).unwrap_or(u32::MAX);
        (side(inner_width), side(inner_height))
    };
    // Made smaller before it is cut, so that there is never a second copy of the large one.
    let (inner, most) = (middle(whole.width(), whole.height()).0, 2 * Width::Largest.pixels());
    let smaller =
        |side: u32| u32::try_from(u64::from(side) * u64::from(most) / u64::from(inner)).unwrap_or(side).max(1);
    let rough =
        if inner > most { whole.thumbnail_exact(smaller(whole.width()), smaller(whole.height())) } else { whole };
    let (width, height) = middle(rough.width(), rough.height());
    if (width, height) == (rough.width(), rough.height()) {
        return rough;
    }
    rough.crop_imm((rough.width() - width) / 2, (rough.height() - height) / 2, width, height)
}

/// As wide as wanted, but never wider than there are pixels; half as high again.
fn fitting(there: u32, wanted: u32) -> (u32, u32) {
    let width = wanted.min(there).max(1);
    (width, (width * 3 / 2).max(1))
}

/// What one can see through, one sees white behind: JPEG files have no holes.
fn on_white(picture: DynamicImage) -> DynamicImage {
    if !picture.color().has_alpha() {
        return picture.into_rgb8().into();
    }
    let holes = picture.into_rgba8();
    let mix = |channel: u8, alpha: u8| {
        let sum = u32::from(channel) * u32::from(alpha) + 255 * u32::from(255 - alpha);
        u8::try_from(sum / 255).unwrap_or(u8::MAX)
    };
    let filled = RgbImage::from_fn(holes.width(), holes.height(), |x, y| {
        let Rgba([red, green, blue, alpha]) = *holes.get_pixel(x, y);
        Rgb([red, green, blue].map(|channel| mix(channel, alpha)))
    });
    filled.into()
}

fn encoded(rough: &DynamicImage, wanted: u32, profile: Option<&Vec<u8>>) -> Result<Vec<u8>, ImageError> {
    let (width, height) = fitting(rough.width(), wanted);
    let picture = rough.resize_exact(width, height, FilterType::CatmullRom);
    let mut file = Vec::new();
    let mut encoder = JpegEncoder::new_with_quality(&mut file, QUALITY);
    if let Some(profile) = profile {
        // This encoder takes all that are so short.
        _ = encoder.set_icc_profile(profile.clone());
    }
    encoder.write_image(picture.as_bytes(), width, height, ExtendedColorType::Rgb8)?;
    file.shrink_to_fit();
    Ok(file)
}
