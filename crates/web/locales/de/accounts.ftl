# Konto anlegen, an- und abmelden, eigene Buchungen.

sign-in-title = Anmelden
sign-in-button = Anmelden
sign-in-new = Noch kein Konto?
sign-up-title = Konto anlegen
sign-up-lead = Ein Name und ein Passwort genügen. Damit finden Sie Ihre Karten wieder.
sign-up-button = Konto anlegen
sign-up-have = Sie haben schon ein Konto?

field-username = Benutzername
field-username-hint = Buchstaben, Ziffern und @ . + - _
field-email = E-Mail-Adresse
field-password = Passwort
field-password-hint = { $count ->
    [one] Mindestens ein Zeichen
   *[other] Mindestens { $count } Zeichen
}
fault-blank = Bitte füllen Sie das aus.
fault-name = Bitte nur Buchstaben, Ziffern und @ . + - _ verwenden, ohne Leerzeichen.
fault-email = Bitte schreiben Sie eine Adresse wie name@example.org, oder lassen Sie das frei.
fault-too-long = Bitte höchstens { $count } Zeichen verwenden.
fault-too-short = { $count ->
    [one] Bitte mindestens ein Zeichen verwenden.
   *[other] Bitte mindestens { $count } Zeichen verwenden.
}
fault-null = Ein Zeichen darin lässt sich nicht tippen. Bitte schreiben Sie es neu.
fault-too-similar = Das Passwort ist Ihr Benutzername. Bitte wählen Sie ein anderes.
fault-too-common = Dieses Passwort benutzen viele, deshalb wird es zuerst geraten. Bitte wählen Sie ein anderes.
fault-taken = Diesen Namen gibt es schon. Bitte wählen Sie einen anderen.
fault-other = Das geht so nicht. Bitte wählen Sie etwas anderes.

bookings-empty-title = Noch keine Buchungen
bookings-empty = Wenn Sie einen Platz buchen, steht er hier.
bookings-upcoming = Demnächst
bookings-nothing-upcoming = Es steht nichts an.
bookings-past = Früher und storniert
bookings-older = Ältere Buchungen
booking-seat = Platz { $name }
booking-held = vorgemerkt
booking-booked = gebucht
booking-cancelled = storniert
booking-expired = abgelaufen
booking-called-off = Diese Vorstellung fällt aus
booking-cancel = Stornieren
cancel-title = Diesen Platz stornieren?
cancel-question = Der Platz wird sofort für andere frei. Das lässt sich nicht rückgängig machen.
cancel-button = Ja, stornieren
cancel-keep = Behalten
cancel-too-late = Die Vorstellung hat begonnen, zum Stornieren ist es zu spät.
cancel-done = Dieser Platz gehört Ihnen nicht mehr. Es ist nichts mehr zu tun.
