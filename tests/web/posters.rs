//! Posters that the cinema has as files, on pages and as pictures.

use std::{fs, path::Path, time::Duration};

use houselights_app::{Settings, posters::PosterSettings};
use houselights_domain::{MovieId, UtcMicros};
use houselights_testkit::{Answer, Client, House, Plan, programme::METROPOLIS};
use image::{ImageFormat, Rgb, RgbImage};

use crate::seen::addresses;

const FILE: &str = "metropolis.webp";
/// How long a page may show what was in the folder before.
const SOON: i64 = 5 * UtcMicros::SECOND;

/// A house whose posters hang in the folder; Metropolis names a file of it.
async fn house(folder: &Path) -> House {
    let posters = PosterSettings { folder: Some(folder.to_owned()), ..PosterSettings::default() };
    let house = House::planned(Plan { app: Settings { posters, ..Settings::default() }, ..Plan::default() }).await;
    let change = house.app.office.change_movie(MovieId(METROPOLIS), |draft| draft.poster = Some(FILE.into()));
    _ = change.await.unwrap();
    house
}

fn hang(folder: &Path, colour: [u8; 3]) {
    let picture = RgbImage::from_pixel(700, 1050, Rgb(colour));
    // The kind is found in the file, whatever it is called.
    picture.save_with_format(folder.join(FILE), ImageFormat::Jpeg).unwrap();
}

/// The addresses of a page's posters: what all browsers know, and what they may choose from.
fn posters(page: &Answer) -> (String, Vec<(String, u32)>) {
    let mut found = addresses(page, "/posters/").into_iter();
    let first = found.next().unwrap();
    let choice = found.next().filter(|next| next.ends_with('w')).unwrap_or_default();
    let candidate = |text: &str| {
        let (address, width) = text.trim().split_once(' ').unwrap();
        (address.to_owned(), width.trim_end_matches('w').parse().unwrap())
    };
    (first, choice.split(',').filter(|text| !text.is_empty()).map(candidate).collect())
}

fn is_drawn(address: &str) -> bool {
    address.rsplit('.').next() == Some("svg")
}

async fn film(visitor: &Client) -> Answer {
    visitor.get(&format!("/films/{METROPOLIS}/")).await.expect(200)
}

#[tokio::test]
async fn a_file_is_shown_in_the_sizes_that_pages_need() {
    let folder = tempfile::tempdir().unwrap();
    hang(folder.path(), [200, 20, 30]);
    let house = house(folder.path()).await;
    let visitor = house.visitor();
    let page = film(&visitor).await;
    assert!(page.header("content-security-policy").contains("img-src 'self' data:;"));
    let (first, choice) = posters(&page);
    assert_eq!(choice.iter().map(|(_, width)| *width).collect::<Vec<_>>(), [160, 320, 480, 640]);
    assert!(choice.iter().any(|(address, _)| *address == first));
    for (address, width) in &choice {
        let picture = visitor.get(address).await.expect(200);
        assert_eq!(picture.header("content-type"), "image/jpeg");
        assert_eq!(picture.header("cache-control"), "public, max-age=31536000, immutable");
        assert!(picture.header("content-security-policy").contains("default-src 'none'"));
        assert!(!picture.headers.contains_key("content-encoding"));
        let shown = image::load_from_memory(&picture.body).unwrap().into_rgb8();
        assert_eq!(shown.dimensions(), (*width, width * 3 / 2));
        assert!(shown.get_pixel(9, 9).0[0] > 180);
        let again = visitor.with("if-none-match", picture.header("etag")).get(address).await;
        assert!(again.code() == 304 && again.body.is_empty(), "{again:?}");
        assert!(again.header("cache-control").contains("immutable"));
    }
    for path in ["/", "/?view=films"] {
        let html = visitor.get(path).await.expect(200).text();
        assert!(html.contains(&format!("{first} 320w")), "{path}");
        assert!(html.contains(".svg\" alt"), "{path}: films without a file have drawn posters");
    }
    let gone = visitor.get(&first.replace("320", "321")).await.expect(200);
    assert_eq!((gone.header("content-type"), gone.header("cache-control")), ("image/svg+xml", "no-cache"));
}

#[tokio::test]
async fn a_file_that_is_replaced_has_another_address_at_once_on_pages_that_were_kept() {
    let folder = tempfile::tempdir().unwrap();
    hang(folder.path(), [200, 20, 30]);
    let house = house(folder.path()).await;
    let visitor = house.visitor();
    let (before, _) = posters(&film(&visitor).await);
    let picture = visitor.get(&before).await.expect(200);
    assert_eq!(posters(&film(&visitor).await).0, before);

    hang(folder.path(), [20, 30, 200]);
    let file = fs::File::options().write(true).open(folder.path().join(FILE)).unwrap();
    file.set_modified(std::time::UNIX_EPOCH + Duration::from_hours(500_000)).unwrap();
    house.clock.advance(SOON);
    let (after, _) = posters(&film(&visitor).await);
    assert_ne!(before, after);
    let replaced = visitor.get(&after).await.expect(200);
    assert!(replaced.header("cache-control").contains("immutable"));
    assert!(replaced.body != picture.body && replaced.header("etag") != picture.header("etag"));
    let old = visitor.get(&before).await.expect(200);
    assert_eq!((old.header("cache-control"), &old.body), ("no-cache", &replaced.body));

    fs::remove_file(folder.path().join(FILE)).unwrap();
    house.clock.advance(SOON);
    let (drawn, choice) = posters(&film(&visitor).await);
    assert!(is_drawn(&drawn) && choice.is_empty());
    let instead = visitor.get(&after).await.expect(200);
    assert_eq!((instead.header("content-type"), instead.header("cache-control")), ("image/svg+xml", "no-cache"));
}

#[tokio::test]
async fn what_is_no_picture_gives_the_drawn_poster_and_never_a_broken_one() {
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join(FILE), "<script>alert(1)</script>").unwrap();
    let house = house(folder.path()).await;
    let visitor = house.visitor();
    let (address, _) = posters(&film(&visitor).await);
    assert!(address.ends_with("-320.jpg"), "nobody has opened the file yet: {address}");
    let answer = visitor.get(&address).await.expect(200);
    assert_eq!((answer.header("content-type"), answer.header("cache-control")), ("image/svg+xml", "no-cache"));
    assert!(answer.text().contains("<title>Metropolis</title>"));
    let (drawn, choice) = posters(&film(&visitor).await);
    assert!(is_drawn(&drawn) && choice.is_empty());
    let drawing = visitor.get(&drawn).await.expect(200);
    assert!(drawing.header("cache-control").contains("immutable") && drawing.body == answer.body);
}

#[tokio::test]
async fn without_its_folder_every_film_has_a_drawn_poster() {
    let folder = tempfile::tempdir().unwrap();
    let house = house(&folder.path().join("nowhere")).await;
    let visitor = house.visitor();
    let (drawn, choice) = posters(&film(&visitor).await);
    assert!(is_drawn(&drawn) && choice.is_empty());
    _ = visitor.get(&drawn).await.expect(200);
}
