# Crear cuenta, iniciar y cerrar sesión, y las reservas propias.

sign-in-title = Iniciar sesión
sign-in-button = Iniciar sesión
sign-in-new = ¿Aún no tiene cuenta?
sign-up-title = Crear cuenta
sign-up-lead = Bastan un nombre y una contraseña. Con ellos encontrará sus entradas.
sign-up-button = Crear cuenta
sign-up-have = ¿Ya tiene cuenta?

field-username = Nombre de usuario
field-username-hint = Letras, números y @ . + - _
field-email = Correo electrónico
field-password = Contraseña
field-password-hint = { $count ->
    [one] Al menos un carácter
   *[other] Al menos { $count } caracteres
}
fault-blank = Rellene este campo.
fault-name = Use solo letras, números y @ . + - _, sin espacios.
fault-email = Escriba una dirección como nombre@example.org o deje el campo vacío.
fault-too-long = Use como máximo { $count } caracteres.
fault-too-short = { $count ->
    [one] Use al menos un carácter.
   *[other] Use al menos { $count } caracteres.
}
fault-null = Contiene un carácter que no se puede teclear. Escríbalo de nuevo.
fault-too-similar = La contraseña es su nombre de usuario. Elija otra.
fault-too-common = Mucha gente usa esta contraseña y es la primera que se prueba. Elija otra.
fault-taken = Ese nombre ya está en uso. Elija otro.
fault-other = No se puede aceptar así. Elija otra cosa.

bookings-empty-title = Aún no hay reservas
bookings-empty = Cuando reserve una butaca, aparecerá aquí.
bookings-upcoming = Próximas
bookings-nothing-upcoming = No hay nada próximo.
bookings-past = Anteriores y canceladas
bookings-older = Reservas más antiguas
booking-seat = Butaca { $name }
booking-held = apartada
booking-booked = reservada
booking-cancelled = cancelada
booking-expired = caducada
booking-called-off = Esta sesión se ha suspendido
booking-cancel = Cancelar
cancel-title = ¿Cancelar esta butaca?
cancel-question = La butaca queda libre para otros al instante. No se puede deshacer.
cancel-button = Sí, cancelar
cancel-keep = Conservarla
cancel-too-late = La sesión ya ha empezado: es demasiado tarde para cancelar.
cancel-done = Esta butaca ya no es suya. No queda nada por hacer.
