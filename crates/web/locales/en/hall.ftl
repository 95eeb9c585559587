# The show’s page with the map of its hall, and the order that comes of it.

hall-title = { $film }, { $when }
hall-description = Choose your seats for { $film } in the hall: { $cinema }, { $when }.
hall-where = { $cinema }, { $screen }
hall-ends = until about { $time }
hall-certificate = Certificate { $certificate }
hall-choose = Choose your seats
hall-free = { $count ->
    [0] No seat is free
    [one] One seat is free
   *[other] { $count } seats are free
}
hall-legend = What the map shows
hall-screen = Screen
hall-larger = Larger seats
hall-smaller = Smaller seats
hall-map = Map of the hall
hall-row = Row { $row }
hall-seat = Row { $row }, seat { $place }, { $kind }
hall-kind-standard = standard
hall-kind-premium = premium
hall-kind-wheelchair = wheelchair space
hall-kind-companion = companion seat
hall-kind-sofa = sofa
hall-state-chosen = chosen
hall-state-taken = taken
hall-state-held = being bought
hall-state-lost = just taken
hall-chosen = Your seats
hall-none-chosen = none yet
hall-most = { $count ->
    [one] You can book one seat at a time.
   *[other] You can book up to { $count } seats at a time.
}
hall-book = Book these seats
hall-too-many = { $count ->
    [one] You can book one seat at a time.
   *[other] You can book up to { $count } seats at a time. Free one of them to choose another.
}
hall-gone = Just taken by someone else: { $seats }. The rest of your choice is kept.
hall-lost = { $count ->
    [one] Sorry, seat { $seats } has just been taken
   *[other] Sorry, seats { $seats } have just been taken
}
    .next = Nothing was booked yet. The rest of your choice is kept: add another seat, or book what is left.
hall-called-off = This show was called off
    .next = If you have a booking, the cinema will be in touch with you.
hall-not-open = Tickets go on sale on { $when }
    .next = Until then, have a look at the hall.
hall-closed = Sales for this show have closed
    .next = Another show of this film may still be on sale.
hall-started = The film has begun; seats are sold until { $time }
    .next = Please come in quietly.
hall-sold-out = Every seat is taken
    .next = Seats come back when plans change: this page shows it the moment one is free.

order-title = Your seats are booked
order-number = Order { $number }
order-seat = Row { $row }, seat { $place }
order-cancelled = cancelled
order-total = Total
order-again = Book more seats
order-keep = You find your seats in “My bookings” at any time, and can give them back there until the film begins.
order-all-cancelled = This order was cancelled
