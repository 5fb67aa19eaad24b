# La conversación. Lo que va entre comillas y lo que va en mayúsculas son palabras que el chat entiende.

greeting = ¡Hola! Soy Ventanilla, tu banco por chat. Puedo decirte tu «saldo», mostrarte tus «movimientos» o enviar dinero: prueba con «envía 100 a mi mamá». Escribe AYUDA cuando quieras.
help =
    Esto puedo hacer por ti:
    • «saldo»: cuánto tienes
    • «movimientos»: lo último que entró y salió
    • «envía 100 a mi mamá»: enviar dinero a una CLABE, un teléfono o una persona
    • «mi CLABE»: cómo te pagan a ti
    • «mis límites»: cuánto puedes enviar todavía
    CANCELAR detiene lo que esté pendiente, ASESOR te comunica con una persona, CONGELAR detiene todo tu dinero y STOP detiene mis mensajes.
not-understood = No entendí tu mensaje. Puedes escribirme, por ejemplo, «saldo», «movimientos» o «envía 100 a mi mamá».
unsupported-kind = Por ahora solo puedo leer texto. Escríbeme qué necesitas, por ejemplo «saldo».
edit-unread = No leo los mensajes editados. Escríbelo otra vez, en un mensaje nuevo.
too-many-messages = Me llegaron muchos mensajes seguidos. Espera un minuto y seguimos.
opted-out = Listo, ya no te escribiré. Si quieres volver, envía START o ALTA.
opted-in = ¡Qué gusto que vuelvas! Ya puedo escribirte de nuevo. ¿En qué te ayudo?
nothing-pending = No hay nada pendiente. Cuando quieras, escribe «saldo», «movimientos» o «envía 100 a mi mamá».
handed-off = Te comunico con un asesor: una persona te escribirá por aquí. Mientras tanto puedes pedirme tu «saldo» o enviar dinero. Escribe MENÚ para seguir conmigo.
problem-noted = Lamento lo que pasó. Ya avisé a un asesor: una persona te escribirá por aquí. Escribe MENÚ para seguir conmigo.
number-needed = Para eso necesito tu número de teléfono. Compártelo con el botón de este chat, o escríbeme desde un chat que muestre tu número.
chat-bound = Listo: este chat es de { $whose }. Ya puedes pedirme tu «saldo» o enviar dinero.
link-code-gone = Ese enlace ya no sirve: se usa una sola vez y vence a los diez minutos. Pide otro desde tu cuenta.

code-still-good = Ya te envié un código y todavía sirve. Responde: CONFIRMAR <código>, o escribe REENVIAR si no te llegó.
resend-too-soon = { $seconds ->
    [one] El código va en camino. Puedes pedir otro en 1 segundo.
   *[other] El código va en camino. Puedes pedir otro en { $seconds } segundos.
}
locked = { $minutes ->
    [one] Por seguridad, tu número está bloqueado por 1 minuto. Después escribe INICIAR.
   *[other] Por seguridad, tu número está bloqueado por { $minutes } minutos. Después escribe INICIAR.
}
too-many-codes = { $minutes ->
    [one] Ya te envié muchos códigos. Podrás pedir otro en 1 minuto.
   *[other] Ya te envié muchos códigos. Podrás pedir otro en { $minutes } minutos.
}
not-reachable = No puedo enviar códigos a números de este país o de este tipo. Escríbeme desde otro número.
code-unavailable = El servicio de códigos no responde en este momento. Escribe REENVIAR en unos minutos.
code-wrong = { $left ->
    [0] Código incorrecto. Ya no te quedan intentos: escribe REENVIAR para recibir otro.
    [one] Código incorrecto. Te queda 1 intento.
   *[other] Código incorrecto. Te quedan { $left } intentos.
}
code-gone = Ese código ya no sirve. Escribe REENVIAR para recibir otro.
code-right = Código correcto ✅. Enseguida va lo que me pediste.
verified = Código correcto ✅. Ya sé que eres tú. ¿En qué te ayudo?
no-code-pending = No espero ningún código en este momento. Dime qué necesitas, por ejemplo «movimientos».

balance = Tu saldo es: { $posted }
balance-available = Disponible: { $available }
movements = Tus últimos movimientos:
movements-none = Todavía no tienes movimientos.
movement = { $at }  { $amount }  { $counterpart }{ $concept }

ask-amount = ¿Cuánto quieres enviar?
which-amount = ¿Son { $thousands } o { $decimal }?
bad-amount = No puedo enviar esa cantidad. Escríbela así: 150 o 150.50.
ask-destination = ¿A quién se lo envío? Dime la cuenta, el teléfono o el nombre.
ask-account-of = Todavía no conozco la cuenta de { $name }. Envíame su CLABE, su tarjeta o su teléfono y la recordaré.
bad-destination = No reconozco ese destino. Envíame una CLABE de 18 dígitos, una cuenta o un teléfono.
prompt = Vas a enviar { $amount } a la cuenta { $account }.
prompt-payee = Vas a enviar { $amount } a { $payee }, cuenta { $account }.
prompt-concept = Concepto: { $concept }
prompt-check-number = Revisa el número: sus dígitos no cuadran, quizá hay un error.
prompt-confirm = ¿Confirmas? Responde Sí o No.
prompt-waits = Sigue pendiente tu envío de { $amount } a la cuenta { $account }. Responde solo Sí para enviarlo, o No.
prompt-waits-payee = Sigue pendiente tu envío de { $amount } a { $payee }, cuenta { $account }. Responde solo Sí para enviarlo, o No.
prompt-expired = Esa confirmación ya venció y no se movió dinero. Pídeme el envío otra vez.
transfer-canceled = Transferencia cancelada. No se movió dinero.
step-up = Para enviar { $amount } a { $destination } necesito un código más. Responde: CONFIRMAR <código>
step-up-waits = Falta el código para enviar { $amount } a { $destination }. Responde: CONFIRMAR <código>. Escribe REENVIAR si no te llegó, o CANCELAR.
step-up-gone = Esa transferencia ya no se puede confirmar y no se movió dinero. Pídemela otra vez.
code-by-sms = Te lo envié por SMS.
code-by-email = Te lo envié por correo.
receipt = Transferencia de { $amount } a la cuenta { $destination } completada. Folio { $folio }. Saldo: { $balance }
processing = Tu transferencia de { $amount } a { $destination } está en proceso. Te aviso cuando termine.
insufficient-funds = Saldo insuficiente para completar la transferencia. Disponible: { $available }
limit-per-transfer = Tu límite por transferencia es { $limit }. Prueba con una cantidad menor.
limit-per-day = Tu límite de hoy es { $limit } y te quedan { $left }. Prueba con una cantidad menor, o inténtalo mañana.
limit-per-month = Tu límite de este mes es { $limit } y te quedan { $left }. Prueba con una cantidad menor.
limit-exceeded = Esa cantidad supera tu límite. Prueba con una menor.
limit-unfrozen = Descongelaste tu dinero hace poco. Por seguridad, todavía no puedes enviar; inténtalo más tarde.
limit-new-payee = Es la primera vez que le pagas a esa cuenta. Por seguridad, podrás hacerlo en { $minutes ->
    [one] 1 minuto
   *[other] { $minutes } minutos
}.
limit-chat-new = Este chat se acaba de vincular a tu cuenta. Por seguridad, podrás enviar dinero desde aquí en { $minutes ->
    [one] 1 minuto
   *[other] { $minutes } minutos
}.
no-wallet = No tienes una cartera en { $currency }.
transfer-refused = No puedo hacer esa transferencia. No se movió dinero.

button-share-number = Compartir mi número
flow-text = { $text }
flow-left = Listo, lo dejamos aquí y no guardé nada. Si quieres empezar de nuevo, escribe «{ $word }».
flow-gone = Por ahora no puedo seguir con este cuestionario. Lo que respondiste sigue guardado; intenta más tarde o escribe CANCELAR.
flow-gone-again = Ya no puedo seguir con el cuestionario que empezaste. Escribe «{ $word }» para empezar el más reciente, o CANCELAR.
button-flow = { $title }

button-yes = Sí
button-no = No
button-amount = { $amount }

code-for-transfer = Ventanilla: vas a enviar { $amount } a { $destination }. Si eres tú, tu código es { $code }. Si no eres tú, no lo compartas con nadie.

# What a question is answered with, and what waits.
question-not-understood = No entendí tu pregunta. Puedo decirte tu «saldo», tus «movimientos», «mis límites» o «mi CLABE»; escribe ASESOR si prefieres hablar con una persona.
freeze-ask = ¿Congelo tu dinero ahora? Nadie podrá enviar nada desde tus carteras. Responde Sí, o escribe CONGELAR.
opt-out-ask = ¿Quieres que deje de escribirte? Responde Sí, o escribe BAJA.
as-it-was = De acuerdo, todo sigue como estaba.
frozen = Listo: congelé tu dinero. Ya nadie puede enviar nada desde tus carteras; lo que te paguen sí llega. Para descongelarlo, entra a tu cuenta con tu contraseña y un código por correo, o escribe ASESOR.
frozen-opted-out = Listo: congelé tu dinero y ya nadie puede enviar nada desde tus carteras. Sigo sin escribirte, como pediste; para hablar conmigo otra vez, envía START.
nothing-to-freeze = Este chat no está unido a ninguna cartera, así que aquí no hay nada que congelar. Escríbeme desde tu número, o escribe ASESOR.
money-is-frozen = Tu dinero está congelado, así que no puedo enviar nada. No se movió dinero. Para descongelarlo, entra a tu cuenta con tu contraseña y un código por correo, o escribe ASESOR.
released = El asesor terminó y ya puedo ayudarte otra vez. ¿Qué necesitas?
bot-is-back = Aquí estoy otra vez.
welcome = ¡Con gusto! Aquí estoy para lo que necesites.
goodbye = ¡Hasta pronto! Aquí estoy cuando me necesites.
about-bot = Soy Ventanilla, un asistente automático: tu banco por chat. Si prefieres una persona, escribe ASESOR.
about-fees = Enviar dinero no cuesta nada: la comisión es 0.00.
about-arrival = Entre personas de Ventanilla el dinero llega al instante; a otros bancos, casi siempre en unos segundos.
about-sending = Escribe cuánto y a quién, por ejemplo «envía 100 a mi mamá». Puede ser una CLABE, un teléfono o un nombre que ya conozca. Antes de enviar te pido un Sí.
about-opt-out = Para que deje de escribirte, envía solo BAJA. Para volver, envía ALTA.
about-freezing = Si escribes solo CONGELAR, nadie puede enviar dinero desde tus carteras; lo que te paguen sí llega. Lo descongelas con tu contraseña y un código por correo, o con un asesor.
about-codes = Te envío un código para saber que eres tú antes de mostrarte tu dinero o moverlo. Nunca lo compartas con nadie.
about-clabe = Una CLABE es el número de 18 dígitos con el que se le paga a una cuenta en México. Para ver la tuya, escribe «mi CLABE».
about-currencies = No cambio monedas: cada cartera envía en la suya.
code-sent-whatsapp = Recibí tu mensaje. Para proteger tu cuenta, te envié un código por WhatsApp.
code-sent-sms = Recibí tu mensaje. Para proteger tu cuenta, te envié un código por SMS.
code-sent-call = Recibí tu mensaje. Para proteger tu cuenta, te llamo para darte un código.
code-sent-email = Recibí tu mensaje. Para proteger tu cuenta, te envié un código por correo.
code-sent-telegram = Recibí tu mensaje. Para proteger tu cuenta, te envié un código por Telegram.
code-how-to-answer = Responde: CONFIRMAR <código>
code-waits = Espero el código que te envié. Responde: CONFIRMAR <código>. Escribe REENVIAR si no te llegó, o CANCELAR.
code-reason = El código me dice que eres tú: sin él no muestro ni muevo tu dinero. Responde: CONFIRMAR <código>. Escribe REENVIAR si no te llegó, o CANCELAR.
request-dropped = De acuerdo, olvidé lo que me pediste.
movements-of = Tus movimientos:
movements-none-of = No hay movimientos así.
of-today = Hoy{ $payee }
of-yesterday = Ayer{ $payee }
of-this-week = Esta semana{ $payee }
of-last-week = La semana pasada{ $payee }
of-this-month = Este mes{ $payee }
of-last-month = El mes pasado{ $payee }
of-date = El { $day }/{ $month }{ $payee }
of-day = El día { $day }{ $payee }
of-payee = { $payee }
of-amount = { $amount }
spent-on-payee = Le enviaste { $total } a { $payee }.
spent-this-month = Este mes gastaste { $total }.
spent-today = Hoy gastaste { $total }.
spent-then = En esos días gastaste { $total }.
past-receipt = Transferencia de { $amount } a { $destination } completada el { $at }. Folio { $folio }.
past-receipt-processing = Tu transferencia de { $amount } a { $destination }, del { $at }, sigue en proceso. Folio { $folio }.
no-receipt = No encontré ninguna transferencia así.
receiving = Para recibir dinero, comparte estos datos:
receiving-name = Nombre: { $name }
receiving-clabe = CLABE: { $clabe }
receiving-phone = Teléfono: { $phone }
receiving-none = Todavía no tienes una cartera que pueda recibir dinero.
limits-today = Hoy te quedan { $amount } por enviar.
limits-month = Este mes te quedan { $amount }.
limits-per-transfer = Lo más que puedes enviar de una vez es { $amount }.
limits-none = No tienes ningún límite para enviar dinero.
payees = Ya conozco a:
payees-line = • { $payee }: { $account }
payees-none = Todavía no conozco a nadie a quien le pagues. Lo recordaré cuando le envíes dinero.
which-payee = ¿A quién te refieres?
which-payee-line = { $number }. { $payee }, { $account }
digits-missing = Ese número tiene { $digits } dígitos y una CLABE tiene 18. Revísalo y envíamelo completo.
own-account = Esa cuenta es tuya. ¿A quién más se lo envío?
recipient-not-found = Nadie recibe dinero con ese número todavía. Envíame una CLABE u otro teléfono.
prompt-other-account = Ojo: la cuenta que conozco de { $payee } es { $account }.
prompt-amount = Son { $amount }.
prompt-bank = La cuenta es de { $bank }.
prompt-bank-unknown = No sé de qué banco es esa cuenta.
prompt-to-payee = Es para { $payee }, cuenta { $account }.
prompt-to = Es para la cuenta { $account }.
prompt-reason = Te pregunto antes de mover tu dinero.
button-payee = { $payee }
of-month = { $month ->
    [1] enero
    [2] febrero
    [3] marzo
    [4] abril
    [5] mayo
    [6] junio
    [7] julio
    [8] agosto
    [9] septiembre
    [10] octubre
    [11] noviembre
   *[other] diciembre
}{ $payee }
prompt-again = Ya enviaste { $amount } a esa cuenta hace { $minutes ->
    [0] un momento
    [one] 1 minuto
   *[other] { $minutes } minutos
}. ¿Otra vez?

# When a text is near to a few wishes.
did-you-mean = No te entendí bien. ¿Quisiste decir alguna de estas?
did-you-mean-line = { $wish ->
    [check_balance] { $number }. Ver mi saldo
    [list_transactions] { $number }. Mis movimientos
    [spending] { $number }. Mis gastos
    [ask_limits] { $number }. Mis límites
    [receive_details] { $number }. Cómo me pagan
    [agent] { $number }. Hablar con alguien
    [report_problem] { $number }. Reportar un problema
    [help] { $number }. Ayuda
   *[other] { $number }. Otra cosa
}
button-wish = { $wish ->
    [check_balance] Ver mi saldo
    [list_transactions] Mis movimientos
    [spending] Mis gastos
    [ask_limits] Mis límites
    [receive_details] Cómo me pagan
    [agent] Hablar con alguien
    [report_problem] Reportar un problema
    [help] Ayuda
   *[other] Otra cosa
}

# Payees: more of them, another name, and forgetting one.
payees-more = { $more ->
    [one] … y 1 más
   *[other] … y { $more } más
}
payees-how = Para cambiar un nombre, escribe «renombra a { $name } como…»; para olvidarlo, «borra a { $name } de mis contactos».
payee-unknown = No tengo a { $name } entre tus contactos. Escribe «mis contactos» para ver a quién conozco.
payee-unknown-near = No tengo a { $name } entre tus contactos.
payee-renamed = Listo: { $before } ({ $account }) ahora se llama { $name }. Para deshacerlo, escribe «renombra a { $name } como { $before }».
payee-ask-new-name = ¿Cómo quieres llamarle? Escríbelo así: «renombra a { $name } como…», con el nombre nuevo al final.
payee-bad-name = Ese nombre no lo puedo usar. Escríbelo en una línea, con hasta 60 letras.
payee-forget-ask = ¿Borro a { $name } ({ $account }) de tus contactos? Responde Sí o No. No se mueve dinero y podrás volver a pagarle con su número de cuenta.
payee-forgotten = Listo: { $name } ya no está entre tus contactos.
