# Das Programm und die Seiten der Filme.

programme-title = Programm
programme-description = Was im Kino läuft: Filme, Zeiten und freie Plätze.
programme-all-films = Alle Filme
programme-view-label = Ansicht des Programms
programme-by-day = Nach Tagen
programme-by-film = Nach Filmen
programme-days-label = Tage
programme-earlier = Frühere Tage
programme-later = Spätere Tage
programme-shows = { $count ->
    [0] keine Vorstellung
    [one] eine Vorstellung
   *[other] { $count } Vorstellungen
}
programme-cinemas-all = Alle Kinos
programme-filter = Filter
programme-filter-cinema = Kino
programme-filter-day = Datum
programme-filter-format = Format
programme-filter-language = Sprache
programme-filter-any = alle
programme-filter-apply = Anzeigen
programme-filter-clear = Auswahl aufheben
programme-ignored-cinema = Dieses Kino kennen wir nicht; hier sind alle.
programme-ignored-day = Dieser Tag ist vorbei oder kein Datum; hier ist der nächste mit Vorstellungen.
programme-ignored-format = In diesem Format läuft nichts; hier sind alle.
programme-ignored-language = In dieser Sprache läuft nichts; hier sind alle.
programme-next = { $day }, { $time } Uhr
programme-over = { $count ->
    [one] Eine frühere Vorstellung dieses Tages ist vorbei.
   *[other] { $count } frühere Vorstellungen dieses Tages sind vorbei.
}
programme-left-out = { $count ->
    [one] Eine weitere Vorstellung hatte hier keinen Platz. Wählen Sie ein Kino, um sie zu sehen.
   *[other] { $count } weitere Vorstellungen hatten hier keinen Platz. Wählen Sie ein Kino, um sie zu sehen.
}
programme-empty = Noch ist nichts geplant
    .next = Neue Vorstellungen stehen hier, sobald sie geplant sind. Schauen Sie bald wieder herein.
programme-empty-day = Keine Vorstellungen an diesem Tag
programme-empty-next = Die nächsten gibt es am { $day }.
programme-empty-see = { $day } ansehen
programme-empty-match = So läuft keine Vorstellung
    .next = Versuchen Sie es mit weniger Einschränkungen.

show-few-left = Nur noch wenige Plätze
show-sold-out = Ausverkauft
show-begun = Hat gerade begonnen
show-closed = Verkauf beendet
show-called-off = Fällt aus
show-on-sale-from = Verkauf ab { $moment }
show-price-from = ab { $price }
show-spoken-and-written = { $spoken }, Untertitel { $written }
show-written = Untertitel { $written }

film-description = { $name }: worum es geht, wann er läuft, und Karten.
film-shows = Vorstellungen
film-none = Zurzeit sind keine Vorstellungen geplant.
film-left-out = { $count ->
    [one] Eine spätere Vorstellung steht im Programm.
   *[other] { $count } spätere Vorstellungen stehen im Programm.
}
film-languages = { $count ->
    [one] Sprache
   *[other] Sprachen
}
film-released = Uraufführung

language-ar = Arabisch
language-cs = Tschechisch
language-da = Dänisch
language-de = Deutsch
language-el = Griechisch
language-en = Englisch
language-es = Spanisch
language-fa = Persisch
language-fi = Finnisch
language-fr = Französisch
language-he = Hebräisch
language-hi = Hindi
language-hu = Ungarisch
language-it = Italienisch
language-ja = Japanisch
language-ko = Koreanisch
language-nl = Niederländisch
language-no = Norwegisch
language-pl = Polnisch
language-pt = Portugiesisch
language-ro = Rumänisch
language-ru = Russisch
language-sv = Schwedisch
language-tr = Türkisch
language-uk = Ukrainisch
language-zh = Chinesisch
