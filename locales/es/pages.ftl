# Las páginas: verificar un número y cambiar la contraseña.

page-language = Idioma
page-channel-whatsapp = WhatsApp
page-channel-sms = SMS
page-channel-call = llamada
page-channel-email = correo
page-channel-telegram = Telegram

page-number-title = ¿Cuál es tu número?
page-number-lead = Te enviaremos un código para confirmar que es tuyo.
page-number-label = Número de teléfono
page-ready-title = Confirma tu número
page-ready-lead = Elige cómo quieres recibir un código de seis dígitos.
page-waiting-title = Escribe tu código
page-spent-title = Pide un código nuevo
page-spent-lead = Usaste todos los intentos de ese código. Pide otro para continuar.
page-expired-title = El código venció
page-expired-lead = Los códigos valen pocos minutos. Pide otro para continuar.
page-approved-title = Listo, es tu número
page-approved-lead = Tu número quedó verificado.
page-taken-title = Ese número ya tiene cuenta
page-taken-lead = Comprobamos que el número es tuyo, pero pertenece a otra cuenta. Entra con esa cuenta, o escríbenos para unirlas.
page-closed-title = Esta página se cerró
page-closed-lead = Por seguridad se cierra a los quince minutos. Vuelve a la app y empieza otra vez.
page-unknown-title = Aquí no hay nada
page-unknown-lead = Este enlace no existe o está incompleto. Vuelve a la app y empieza otra vez.
page-fault-title = Algo falló de nuestro lado
page-fault-lead = No se perdió nada. Espera un momento y carga la página otra vez.
page-foreign-title = Esto no salió de nuestra página
page-foreign-lead = Por seguridad no lo aceptamos. Abre otra vez el enlace que te dio la app.

page-your-number = Tu número
page-sent-to = Lo enviamos al
page-ends-in = que termina en { $what }
page-sent-to-ends-in = número que termina en { $what }
page-change = cambiar
page-stay-code = Volver al código
page-stay-number = Seguir con el mismo número
page-send-by = Enviar código por { $what }
page-code-label = Código de seis dígitos
page-code-hint = Escribe los seis dígitos.
# {n} y {of} los pone la página.
page-digit = Dígito {"{"}n{"}"} de {"{"}of{"}"}
page-check = Verificar
page-time-left = Tiempo que le queda al código
page-good-for = { $n ->
    [one] Vale 1 minuto más
   *[other] Vale { $n } minutos más
}
page-not-arrived = ¿No te llegó?
page-resend = Reenviar
page-by-other = Por { $what }
page-again-in = Podrás pedir otro en {"{"}time{"}"}
page-back = Volver a { $what }
page-back-soon = Te llevamos de vuelta en un momento.
page-close-this = Ya puedes cerrar esta página y volver a la app.
page-help = Nadie de nuestro equipo te pedirá tus códigos. No los compartas.

# Lo que dice la página mientras trabaja y cuando algo falla.
page-live-sending = Enviando…
page-live-checking = Revisando…
page-live-line = Se cortó la conexión. Lo que escribiste sigue aquí; en cuanto vuelva, vemos si llegó.
page-live-fault = Algo falló de nuestro lado. Espera un momento y prueba otra vez.

page-delivery-queued = En camino por { $what }
page-delivery-sent = Enviado por { $what }
page-delivery-delivered = Entregado por { $what }
page-delivery-read = Leído en { $what }
page-delivery-failed = No llegó por { $what }: prueba otra vía

page-note-sent = El código va en camino.
page-note-wrong = { $n ->
    [one] Ese código no es. Te queda 1 intento.
   *[other] Ese código no es. Te quedan { $n } intentos.
}
page-note-spent = Ese código no es, y era el último intento.
page-note-gone = Ese código ya no sirve. Pide otro.
page-note-malformed = El código son seis dígitos. Revísalo y escríbelo otra vez.
page-note-soon = El código va en camino. Todavía no puedes pedir otro.
page-note-later = Hace un momento enviamos un código a este número desde otra página. Todavía no puedes pedir otro.
page-note-tries = { $n ->
    [one] Demasiados intentos seguidos. Espera 1 minuto y prueba otra vez.
   *[other] Demasiados intentos seguidos. Espera { $n } minutos y prueba otra vez.
}
page-note-locked = { $n ->
    [one] Por seguridad, este número queda bloqueado 1 minuto. Después pide un código nuevo.
   *[other] Por seguridad, este número queda bloqueado { $n } minutos. Después pide un código nuevo.
}
page-note-many = { $n ->
    [one] Ya enviamos muchos códigos. Podrás pedir otro en 1 minuto.
   *[other] Ya enviamos muchos códigos. Podrás pedir otro en { $n } minutos.
}
page-note-failed = No pudimos enviarlo por esa vía. Prueba otra.
page-note-stopped = Pediste no recibir mensajes por esa vía. Prueba otra.
page-note-paused = { $n ->
    [one] Por ahora no enviamos códigos. Prueba otra vez en 1 minuto.
   *[other] Por ahora no enviamos códigos. Prueba otra vez en { $n } minutos.
}
page-note-refused = A ese número no podemos enviar códigos. Usa otro celular.
page-note-number = Ese número no es válido. Escríbelo completo, con su código de área.
page-note-kept = En esta página ya no se puede cambiar de número. Vuelve a la app y empieza otra vez.
page-note-unavailable = No pudimos revisar el código en este momento. No perdiste el intento: prueba otra vez.

page-reset-title = Elige una contraseña nueva
page-reset-lead = Al guardarla se cierran todas tus sesiones abiertas.
page-reset-label = Contraseña nueva
page-reset-show = Mostrar
page-reset-hide = Ocultar
page-reset-rule = Al menos { $n } caracteres. Una frase de varias palabras es buena idea.
page-reset-save = Guardar contraseña
page-reset-help = Si no pediste este cambio, cierra la página: tu contraseña sigue igual.
page-reset-weak = Esa contraseña es fácil de adivinar. Prueba una más larga, por ejemplo varias palabras.
page-reset-short = Esa contraseña es muy corta: usa al menos { $n } caracteres.
page-reset-long = Esa contraseña es demasiado larga. Acórtala un poco.
page-reset-done-title = Contraseña cambiada
page-reset-done-lead = Ya puedes entrar con tu contraseña nueva. Cerramos todas tus sesiones.
page-reset-gone-title = Este enlace ya no sirve
page-reset-gone-lead = Se usa una sola vez y vence pronto. Pide otro desde «Olvidé mi contraseña».

page-export-title = Tus datos
page-export-lead = Este archivo tiene tus datos, tus mensajes y tus movimientos. Guárdalo en un lugar seguro.
page-export-download = Descargar mis datos
page-export-help = El enlace sirve una sola vez y vence en 24 horas.
page-export-making-title = Tu archivo se está preparando
page-export-making-lead = Espera un momento y abre el enlace otra vez.
page-export-gone-title = Este enlace ya no sirve
page-export-gone-lead = Se usó, o pasaron 24 horas. Escribe «exportar mis datos» en el chat y te doy otro.
