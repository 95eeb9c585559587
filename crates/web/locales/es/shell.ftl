# Lo que rodea cada página, y cómo se escriben fechas e importes.

skip-to-content = Ir al contenido
nav-label = Menú principal
nav-programme = Cartelera
nav-my-bookings = Mis reservas
nav-account-label = Su cuenta
nav-sign-in = Iniciar sesión
nav-sign-up = Crear cuenta
nav-sign-out = Cerrar sesión
nav-signed-in-as = Sesión de { $name }
footer-label = Acerca de este sitio
footer-about = Acerca de
footer-api = Para desarrolladores
footer-language = Idioma
footer-demo = Una demostración: las películas y las sesiones son inventadas.
form-optional = opcional
form-summary-title = { $count ->
    [one] Hay un dato que revisar
   *[other] Hay { $count } datos que revisar
}
back = Volver
page-title = { $page } · { $name }

notice-signed-up = ¡Le damos la bienvenida! Su cuenta está lista y ha iniciado sesión.
notice-signed-in = Ha iniciado sesión.
notice-signed-out = Ha cerrado la sesión.
notice-cancelled = Su reserva está cancelada. La butaca vuelve a estar libre.

about-title = Acerca de
about-description = Qué es esta taquilla y dónde se describe su interfaz para programas.
about-lead = Aquí ve qué se proyecta, elige sus butacas en la sala y tiene sus entradas un momento después.
about-how-title = Cómo funciona
about-how-choose = Busque en la cartelera una película y una hora.
about-how-seat = Elija sus butacas en el plano de la sala. Lo que ve libre está libre ahora mismo.
about-how-cancel = Los planes cambian: devuelva una butaca en «Mis reservas» hasta que empiece la película.
about-developers-title = Para desarrolladores
about-developers = Todo lo que se hace aquí puede hacerlo también un programa. La interfaz es abierta y está descrita por completo.
about-swagger = Probar la interfaz
about-redoc = Leer su descripción
about-software = Funciona con Houselights, la taquilla de un cine en un solo programa.

date-long = { $weekday }, { $day } de { $month } de { $year }
date-day = { $weekday }, { $day } de { $month }
date-short = { $weekday } { $day } { $month }
date-moment = { $day }, { $time } h
date-today = Hoy
date-tomorrow = Mañana
duration-minutes = { $minutes } min
duration-hours = { $hours } h
duration-both = { $hours } h { $minutes } min
money-free = gratis

weekday-1 = lunes
weekday-2 = martes
weekday-3 = miércoles
weekday-4 = jueves
weekday-5 = viernes
weekday-6 = sábado
weekday-7 = domingo
weekday-short-1 = lun
weekday-short-2 = mar
weekday-short-3 = mié
weekday-short-4 = jue
weekday-short-5 = vie
weekday-short-6 = sáb
weekday-short-7 = dom
month-1 = enero
month-2 = febrero
month-3 = marzo
month-4 = abril
month-5 = mayo
month-6 = junio
month-7 = julio
month-8 = agosto
month-9 = septiembre
month-10 = octubre
month-11 = noviembre
month-12 = diciembre
month-short-1 = ene
month-short-2 = feb
month-short-3 = mar
month-short-4 = abr
month-short-5 = may
month-short-6 = jun
month-short-7 = jul
month-short-8 = ago
month-short-9 = sep
month-short-10 = oct
month-short-11 = nov
month-short-12 = dic
