# Was um jede Seite herum steht, und wie Tage und Beträge geschrieben werden.

skip-to-content = Zum Inhalt springen
nav-label = Hauptmenü
nav-programme = Programm
nav-my-bookings = Meine Buchungen
nav-account-label = Ihr Konto
nav-sign-in = Anmelden
nav-sign-up = Konto anlegen
nav-sign-out = Abmelden
nav-signed-in-as = Angemeldet als { $name }
footer-label = Über diese Seite
footer-about = Über uns
footer-api = Für Entwickler
footer-language = Sprache
footer-demo = Eine Vorführung: Filme und Vorstellungen sind erfunden.
form-optional = freiwillig
form-summary-title = { $count ->
    [one] Eine Angabe stimmt noch nicht
   *[other] { $count } Angaben stimmen noch nicht
}
back = Zurück
page-title = { $page } · { $name }

notice-signed-up = Willkommen! Ihr Konto ist angelegt, und Sie sind angemeldet.
notice-signed-in = Sie sind angemeldet.
notice-signed-out = Sie sind abgemeldet.
notice-cancelled = Ihre Buchung ist storniert. Der Platz ist wieder frei.

about-title = Über uns
about-description = Was diese Kinokasse ist, und wo ihre Schnittstelle für Programme beschrieben ist.
about-lead = Hier sehen Sie, was läuft, wählen Ihre Plätze im Saal und haben einen Augenblick später Ihre Karten.
about-how-title = So geht es
about-how-choose = Suchen Sie im Programm einen Film und eine Uhrzeit aus.
about-how-seat = Wählen Sie Ihre Plätze im Saalplan. Was dort frei ist, ist jetzt gerade frei.
about-how-cancel = Es kommt etwas dazwischen? Bis zum Beginn des Films geben Sie Plätze unter „Meine Buchungen“ zurück.
about-developers-title = Für Entwickler
about-developers = Alles, was hier geht, kann auch ein Programm tun. Die Schnittstelle ist offen und vollständig beschrieben.
about-swagger = Schnittstelle ausprobieren
about-redoc = Beschreibung lesen
about-software = Läuft mit Houselights, einer ganzen Kinokasse in einem Programm.

date-long = { $weekday }, { $day }. { $month } { $year }
date-day = { $weekday }, { $day }. { $month }
date-short = { $weekday }, { $day }. { $month }
date-moment = { $day }, { $time } Uhr
date-today = Heute
date-tomorrow = Morgen
duration-minutes = { $minutes } Min.
duration-hours = { $hours } Std.
duration-both = { $hours } Std. { $minutes } Min.
money-free = frei

weekday-1 = Montag
weekday-2 = Dienstag
weekday-3 = Mittwoch
weekday-4 = Donnerstag
weekday-5 = Freitag
weekday-6 = Samstag
weekday-7 = Sonntag
weekday-short-1 = Mo
weekday-short-2 = Di
weekday-short-3 = Mi
weekday-short-4 = Do
weekday-short-5 = Fr
weekday-short-6 = Sa
weekday-short-7 = So
month-1 = Januar
month-2 = Februar
month-3 = März
month-4 = April
month-5 = Mai
month-6 = Juni
month-7 = Juli
month-8 = August
month-9 = September
month-10 = Oktober
month-11 = November
month-12 = Dezember
month-short-1 = Jan.
month-short-2 = Feb.
month-short-3 = März
month-short-4 = Apr.
month-short-5 = Mai
month-short-6 = Juni
month-short-7 = Juli
month-short-8 = Aug.
month-short-9 = Sept.
month-short-10 = Okt.
month-short-11 = Nov.
month-short-12 = Dez.
