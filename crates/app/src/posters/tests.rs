use std::{
    fs,
    fs::File,
    path::PathBuf,
    sync::atomic::{AtomicUsize, Ordering},
    time::SystemTime,
};

use image::{DynamicImage, ImageFormat, Rgb, RgbImage, Rgba, RgbaImage};
use tracing::{Metadata, Subscriber, span};

use super::{sizes::check, *};
use crate::clock::FakeClock;

const RED: Rgb<u8> = Rgb([200, 20, 30]);

fn written(picture: &DynamicImage, format: ImageFormat) -> Vec<u8> {
    let mut file = std::io::Cursor::new(Vec::new());
    picture.write_to(&mut file, format).unwrap();
    file.into_inner()
}

fn plain(width: u32, height: u32) -> DynamicImage {
    RgbImage::from_pixel(width, height, RED).into()
}

fn made(file: &[u8]) -> Vec<RgbImage> {
    let sizes = Sizes::make(file).unwrap();
    Width::ALL.map(|width| image::load_from_memory(&sizes.of(width)).unwrap().into_rgb8()).into()
}

fn extents(pictures: &[RgbImage]) -> Vec<(u32, u32)> {
    pictures.iter().map(RgbImage::dimensions).collect()
}

/// A JPEG that says it has other sides than it has.
fn boastful(width: u16, height: u16) -> Vec<u8> {
    let mut file = written(&plain(8, 8), ImageFormat::Jpeg);
    let frame = file.windows(2).position(|marker| marker == [0xff, 0xc0]).unwrap();
    file[frame + 5..frame + 7].copy_from_slice(&height.to_be_bytes());
    file[frame + 7..frame + 9].copy_from_slice(&width.to_be_bytes());
    file
}

#[test]
fn every_kind_of_file_is_made_in_all_sizes() {
    for format in [ImageFormat::Jpeg, ImageFormat::Png, ImageFormat::WebP] {
        let pictures = made(&written(&plain(800, 1200), format));
        assert_eq!(extents(&pictures), [(160, 240), (320, 480), (480, 720), (640, 960)], "{format:?}");
        for (is, was) in pictures[1].get_pixel(160, 240).0.into_iter().zip(RED.0) {
            assert!(is.abs_diff(was) < 8, "{format:?}: {is} {was}");
        }
    }
    let pictures = made(&written(&DynamicImage::new_luma16(300, 450), ImageFormat::Png));
    assert_eq!(
        extents(&pictures),
        [(160, 240), (300, 450), (300, 450), (300, 450)],
        "no picture is made larger than it is"
    );
}

#[test]
fn what_is_not_two_to_three_is_cut_at_its_edges() {
    let mut wide = RgbImage::from_pixel(1200, 600, Rgb([0, 0, 0]));
    for (x, _, pixel) in wide.enumerate_pixels_mut() {
        if (400..800).contains(&x) {
            *pixel = RED;
        }
    }
    let pictures = made(&written(&wide.into(), ImageFormat::Png));
    assert_eq!(extents(&pictures), [(160, 240), (320, 480), (400, 600), (400, 600)]);
    assert!(pictures[0].pixels().all(|pixel| pixel.0[0] > 150), "only the middle is left");
    for (width, height) in [(1, 1), (1, 3000), (3000, 1), (2, 3), (161, 241)] {
        let pictures = made(&written(&plain(width, height), ImageFormat::Png));
        assert!(pictures.iter().all(|picture| picture.width() <= width && picture.width() > 0), "{width} {height}");
    }
}

#[test]
fn holes_are_white_and_a_camera_s_turn_is_undone() {
    let mut holes = RgbaImage::from_pixel(200, 300, Rgba([200, 20, 30, 255]));
    for (_, y, pixel) in holes.enumerate_pixels_mut() {
        pixel.0[3] = if y < 150 { 0 } else { 255 };
    }
    for format in [ImageFormat::Png, ImageFormat::WebP] {
        let picture = made(&written(&holes.clone().into(), format)).remove(0);
        assert!(picture.get_pixel(80, 20).0.iter().all(|channel| *channel > 245), "{format:?}");
        assert!(picture.get_pixel(80, 220).0[1] < 60, "{format:?}");
    }
    // Orientation 6: the camera lay on its side.
    let exif = b"II*\0\x08\0\0\0\x01\0\x12\x01\x03\0\x01\0\0\0\x06\0\0\0\0\0\0\0".to_vec();
    let mut file = Vec::new();
    let mut encoder = image::codecs::jpeg::JpegEncoder::new(&mut file);
    image::ImageEncoder::set_exif_metadata(&mut encoder, exif).unwrap();
    plain(300, 200).write_with_encoder(encoder).unwrap();
    assert_eq!(extents(&made(&file))[2], (200, 300));
}

#[test]
fn what_is_no_picture_or_too_large_is_refused_in_words() {
    let refused = |file: &[u8]| Sizes::make(file).unwrap_err();
    let whole = written(&plain(300, 450), ImageFormat::Png);
    for file in [b"".as_slice(), b"Lorem ipsum dolor sit amet", b"GIF89a\x01\0\x01\0\0\0\0", b"<svg xmlns=\"\"/>"] {
        assert_eq!(refused(file), "it is neither a JPEG nor a PNG nor a WebP picture");
    }
    assert!(!refused(&whole[..whole.len() / 2]).is_empty());
    assert!(refused(&boastful(12_000, 12_000)).contains("12000 by 12000 pixels, and at most 25000000"));
    assert!(refused(&boastful(65_535, 2)).contains("more than 16000 pixels on a side"));
    // A few kilobytes that would be 26 million pixels.
    let bomb = written(&DynamicImage::new_luma8(5_200, 5_000), ImageFormat::Png);
    assert!(bomb.len() < 200_000 && refused(&bomb).contains("5200 by 5000"), "{}", bomb.len());
    assert_eq!(check(&bomb), Err(refused(&bomb)));
    assert_eq!(check(&whole), Ok(()));
}

/// A folder of posters, and the clock of who looks at it.
struct Place {
    folder: tempfile::TempDir,
    clock: Arc<FakeClock>,
    posters: Arc<Posters>,
}

impl Place {
    fn with(memory: u64) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(FakeClock::at(UtcMicros(1_800_000_000_000_000)));
        let settings = PosterSettings { folder: Some(folder.path().join("posters")), memory, at_once: 1 };
        let posters = Arc::new(Posters::new(settings, clock.clone()));
        let place = Self { folder, clock, posters };
        fs::create_dir(place.file("")).unwrap();
        place
    }

    fn file(&self, name: &str) -> PathBuf {
        self.folder.path().join("posters").join(name)
    }

    /// Puts a file there, changed so many seconds after 1970.
    fn put(&self, name: &str, bytes: &[u8], second: u64) {
        fs::write(self.file(name), bytes).unwrap();
        let file = File::options().write(true).open(self.file(name)).unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH + Duration::from_secs(second)).unwrap();
    }

    async fn later(&self) -> Arc<Wall> {
        self.clock.advance(LOOK_EVERY);
        self.posters.wall().await
    }

    async fn shown(&self, name: &str) -> bool {
        self.posters.picture(name, Width::Small).await.is_some()
    }
}

#[tokio::test]
async fn a_file_that_is_replaced_has_another_mark_and_another_picture() {
    let place = Place::with(32 << 20);
    let (red, blue) = (plain(200, 300), RgbImage::from_pixel(200, 300, Rgb([20, 30, 200])).into());
    place.put("a.PNG", &written(&red, ImageFormat::Png), 1000);
    let before = place.posters.wall().await;
    let (mark, picture) = place.posters.picture("a.PNG", Width::Small).await.unwrap();
    assert_eq!(before.mark(Some("a.PNG")), Some(mark));
    assert_eq!(place.later().await.generation, before.generation, "nothing has changed");

    let other = written(&blue, ImageFormat::Png);
    place.put("a.PNG", &other, 2000);
    assert_eq!(place.posters.wall().await.mark(Some("a.PNG")), Some(mark), "it is looked again when that is due");
    let after = place.later().await;
    assert!(after.generation > before.generation);
    let (new, painted) = place.posters.picture("a.PNG", Width::Small).await.unwrap();
    assert!(new != mark && painted != picture);
    place.put("a.PNG", &other, 3000);
    assert_ne!(place.later().await.mark(Some("a.PNG")), Some(new), "the time alone tells");

    fs::remove_file(place.file("a.PNG")).unwrap();
    assert_eq!(place.later().await.mark(Some("a.PNG")), None);
    assert!(!place.shown("a.PNG").await);
}

#[tokio::test]
async fn a_file_that_changes_between_the_look_and_the_reading_is_not_shown_under_the_old_mark() {
    let place = Place::with(32 << 20);
    place.put("a.png", &written(&plain(200, 300), ImageFormat::Png), 1000);
    let generation = place.posters.wall().await.generation;
    place.put("a.png", &written(&plain(400, 600), ImageFormat::Png), 2000);
    assert!(!place.shown("a.png").await);
    let wall = place.later().await;
    assert!(place.shown("a.png").await && wall.generation == generation + 1);
}

#[tokio::test]
async fn names_lead_nowhere_else() {
    let place = Place::with(32 << 20);
    let picture = written(&plain(20, 30), ImageFormat::Png);
    fs::write(place.folder.path().join("outside.png"), &picture).unwrap();
    fs::create_dir(place.file("folder.png")).unwrap();
    place.put("inside.png", &picture, 1000);
    place.put("inside.txt", &picture, 1000);
    let outside = place.folder.path().join("outside.png");
    for name in ["../outside.png", outside.to_str().unwrap(), "folder.png", "inside.txt", "./inside.png", "", "."] {
        assert!(!place.shown(name).await, "{name}");
    }
    assert!(place.shown("inside.png").await);
}

/// Counts warnings.
struct Counting(Arc<AtomicUsize>);

impl Subscriber for Counting {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() == tracing::Level::WARN
    }
    fn new_span(&self, _: &span::Attributes<'_>) -> span::Id {
        span::Id::from_u64(1)
    }
    fn record(&self, _: &span::Id, _: &span::Record<'_>) {}
    fn record_follows_from(&self, _: &span::Id, _: &span::Id) {}
    fn event(&self, _: &tracing::Event<'_>) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }
    fn enter(&self, _: &span::Id) {}
    fn exit(&self, _: &span::Id) {}
}

#[tokio::test]
async fn what_is_no_picture_is_told_once_and_not_tried_again_until_it_is_another_file() {
    let warnings = Arc::new(AtomicUsize::new(0));
    let _listening = tracing::subscriber::set_default(Counting(Arc::clone(&warnings)));
    let place = Place::with(32 << 20);
    place.put("a.jpg", b"this is a text", 1000);
    assert!(place.posters.wall().await.mark(Some("a.jpg")).is_some(), "nobody has opened it yet");
    for _ in 0..3 {
        assert!(!place.shown("a.jpg").await);
        assert_eq!(place.later().await.mark(Some("a.jpg")), None);
    }
    assert_eq!(warnings.load(Ordering::SeqCst), 1);
    place.put("a.jpg", b"this is another text", 1000);
    _ = place.later().await;
    assert!(!place.shown("a.jpg").await);
    assert_eq!(warnings.load(Ordering::SeqCst), 2);
    place.put("a.jpg", &written(&plain(20, 30), ImageFormat::Jpeg), 1000);
    _ = place.later().await;
    assert!(place.shown("a.jpg").await);
}

#[tokio::test]
async fn a_file_that_cannot_be_read_is_tried_again_after_a_minute() {
    let place = Place::with(32 << 20);
    place.put("a.jpg", &written(&plain(20, 30), ImageFormat::Jpeg), 1000);
    let mark = place.posters.wall().await.mark(Some("a.jpg")).unwrap();
    let fault = || Fault::Unreadable(io::Error::from(io::ErrorKind::PermissionDenied));
    place.posters.refuse(&("a.jpg".into(), mark), &fault());
    assert!(!place.shown("a.jpg").await);
    assert_eq!(place.later().await.mark(Some("a.jpg")), None);
    place.clock.advance(TRY_AGAIN);
    assert!(place.shown("a.jpg").await);
}

#[tokio::test]
async fn a_folder_may_come_and_go() {
    let place = Place::with(32 << 20);
    let picture = written(&plain(20, 30), ImageFormat::Jpeg);
    fs::remove_dir(place.file("")).unwrap();
    assert!(!place.shown("a.jpg").await);
    fs::create_dir(place.file("")).unwrap();
    place.put("a.jpg", &picture, 1000);
    _ = place.later().await;
    assert!(place.shown("a.jpg").await);
    fs::remove_dir_all(place.file("")).unwrap();
    assert_eq!(place.later().await.mark(Some("a.jpg")), None);
    let none = Arc::new(Posters::new(PosterSettings::default(), place.clock.clone()));
    assert_eq!(none.picture("a.jpg", Width::Small).await, None);
}

#[tokio::test]
async fn those_who_ask_at_once_get_what_was_made_once_and_too_many_get_nothing() {
    let place = Place::with(32 << 20);
    place.put("a.jpg", &written(&plain(600, 900), ImageFormat::Jpeg), 1000);
    place.put("b.jpg", &written(&plain(600, 900), ImageFormat::Jpeg), 1000);
    let asking: Vec<_> = (0..MOST_WAITING)
        .map(|_| {
            let posters = Arc::clone(&place.posters);
            tokio::spawn(async move { posters.picture("a.jpg", Width::Large).await.unwrap().1.as_ptr() as usize })
        })
        .collect();
    let mut got = std::collections::BTreeSet::new();
    for asked in asking {
        got.insert(asked.await.unwrap());
    }
    assert_eq!(got.len(), 1, "all have the same bytes");
    _ = place.posters.waiting.forget_permits(MOST_WAITING);
    assert!(!place.shown("b.jpg").await, "nobody may wait any more");
    assert!(place.shown("a.jpg").await, "what is kept costs no wait");
}

#[tokio::test]
async fn what_is_kept_is_bounded() {
    let place = Place::with(40_000);
    let mut noise = 1_u32;
    for number in 0..12 {
        let mut picture = RgbImage::new(200, 300);
        for pixel in picture.pixels_mut() {
            noise = noise.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            pixel.0 = [noise.to_be_bytes()[0]; 3];
        }
        place.put(&format!("{number}.png"), &written(&picture.into(), ImageFormat::Png), 1000);
    }
    for number in 0..12 {
        assert!(place.shown(&format!("{number}.png")).await, "{number}");
        assert!(place.posters.made.weight() <= 40_000);
    }
}
