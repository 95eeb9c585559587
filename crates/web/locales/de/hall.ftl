# Die Seite der Vorstellung mit dem Saalplan, und die Bestellung, die daraus wird.

hall-title = { $film }, { $when }
hall-description = Plätze für { $film } im Saalplan wählen: { $cinema }, { $when }.
hall-where = { $cinema }, { $screen }
hall-ends = bis etwa { $time } Uhr
hall-certificate = Freigabe { $certificate }
hall-choose = Plätze wählen
hall-free = { $count ->
    [0] Kein Platz ist frei
    [one] Ein Platz ist frei
   *[other] { $count } Plätze sind frei
}
hall-legend = Was der Plan zeigt
hall-screen = Leinwand
hall-larger = Plätze größer zeigen
hall-smaller = Plätze kleiner zeigen
hall-map = Saalplan
hall-row = Reihe { $row }
hall-seat = Reihe { $row }, Platz { $place }, { $kind }
hall-kind-standard = Standard
hall-kind-premium = Premium
hall-kind-wheelchair = Rollstuhlplatz
hall-kind-companion = Begleitplatz
hall-kind-sofa = Sofa
hall-state-chosen = gewählt
hall-state-taken = vergeben
hall-state-held = wird gerade gekauft
hall-state-lost = gerade vergeben
hall-chosen = Ihre Plätze
hall-none-chosen = noch keine
hall-most = { $count ->
    [one] Sie können einen Platz auf einmal buchen.
   *[other] Sie können bis zu { $count } Plätze auf einmal buchen.
}
hall-book = Diese Plätze buchen
hall-too-many = { $count ->
    [one] Sie können einen Platz auf einmal buchen.
   *[other] Sie können bis zu { $count } Plätze auf einmal buchen. Geben Sie einen davon frei, um einen anderen zu wählen.
}
hall-gone = Gerade von jemand anderem gebucht: { $seats }. Ihre übrige Auswahl bleibt erhalten.
hall-lost = { $count ->
    [one] Leider wurde Platz { $seats } gerade vergeben
   *[other] Leider wurden die Plätze { $seats } gerade vergeben
}
    .next = Es wurde noch nichts gebucht. Ihre übrige Auswahl bleibt erhalten: Wählen Sie einen Platz dazu oder buchen Sie, was übrig ist.
hall-called-off = Diese Vorstellung fällt aus
    .next = Wenn Sie gebucht haben, meldet sich das Kino bei Ihnen.
hall-not-open = Der Vorverkauf beginnt am { $when }
    .next = Bis dahin können Sie sich den Saal ansehen.
hall-closed = Der Verkauf für diese Vorstellung ist beendet
    .next = Vielleicht gibt es noch Plätze in einer anderen Vorstellung dieses Films.
hall-started = Der Film hat begonnen; Plätze gibt es noch bis { $time } Uhr
    .next = Kommen Sie bitte leise herein.
hall-sold-out = Alle Plätze sind vergeben
    .next = Manchmal wird ein Platz wieder frei: Diese Seite zeigt es im selben Augenblick.

order-title = Ihre Plätze sind gebucht
order-number = Bestellung { $number }
order-seat = Reihe { $row }, Platz { $place }
order-cancelled = storniert
order-total = Summe
order-again = Weitere Plätze buchen
order-keep = Sie finden Ihre Plätze jederzeit unter „Meine Buchungen“ und können sie dort bis zum Beginn des Films zurückgeben.
order-all-cancelled = Diese Bestellung wurde storniert
