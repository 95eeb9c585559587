//! The test kit itself: its shows are what they say, and a house whose books do not add up is noticed.

use std::panic::{AssertUnwindSafe, catch_unwind};

use houselights_store::{Query as _, params};
use houselights_testkit::{House, programme::*};

#[tokio::test]
async fn each_show_is_what_its_name_says() {
    let house = House::open().await;
    let visitor = house.visitor();
    let of = async |show: i64| {
        let show = visitor.get(&format!("/api/shows/{show}/")).await.expect(200).json();
        (show["movie"].as_i64().unwrap(), show["total_seats"].as_i64().unwrap(), show["on_sale"].as_bool().unwrap())
    };
    assert_eq!(of(EVENING).await, (METROPOLIS, 120, true));
    assert_eq!(of(TOMORROW).await, (METROPOLIS, 120, true));
    assert_eq!(of(CLOSED).await, (NOSFERATU, 12, false));
    assert_eq!(of(NOT_YET).await, (METROPOLIS, 120, false));
    assert_eq!(of(LOUNGE).await, (NOSFERATU, 12, true));
    assert_eq!(of(STUDIO).await, (METROPOLIS, 50, true));
    assert_eq!(visitor.get("/api/movies/").await.column("id"), [METROPOLIS, NOSFERATU, SUNRISE]);
}

#[tokio::test]
async fn a_house_whose_books_do_not_add_up_is_noticed() {
    let house = House::open().await;
    let ann = house.customer("ann").await;
    _ = ann.book(EVENING, 5).await.expect(201);
    house.verify().await;
    let lost = house
        .db
        .write(|tx| {
            Box::pin(async move {
                tx.settle_claims()?;
                tx.rows("DELETE FROM claims RETURNING order_id", params![]).await
            })
        })
        .await;
    assert_eq!(lost.map_err(|error: houselights_store::Error| error).unwrap().len(), 1);
    let noticed = catch_unwind(AssertUnwindSafe(|| drop(house))).unwrap_err();
    let said = noticed.downcast_ref::<String>().unwrap();
    assert!(said.contains("the books do not add up"), "{said}");
}
