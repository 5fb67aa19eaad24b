# Los datos de una persona: copia y borrado.

export-conversations-title = Tus conversaciones con Ventanilla
export-you = Tú
export-us = Ventanilla
export-readme-title = Tus datos en Ventanilla, al { $day }
export-readme-files = Este archivo trae tus datos. data.json los tiene todos, en un formato que otros programas leen ({ $schema }). statement.csv es tu estado de cuenta: una línea por cada movimiento de todas tus carteras. conversation.html son tus conversaciones, para leerlas en un navegador.
export-readme-account = Tu cuenta: nombre, número, correo, idioma, sesiones y chats vinculados. Los diste tú al registrarte o al escribirnos. Sirven para saber que eres tú y para avisarte. Se conservan mientras tengas cuenta.
export-readme-money = Tu dinero: carteras, transferencias, movimientos, conceptos y personas a las que pagas. Vienen de tus pagos y de los que recibes. Sirven para llevar tu cuenta. La ley sobre pagos obliga a conservarlos { $days } días desde cada movimiento, también si borras tu cuenta; en ese caso quedan bloqueados.
export-readme-texts = Tus mensajes: lo que escribiste y lo que te contestamos. Sirven para atenderte. Se conservan { $days } días.
export-readme-flows = Tus respuestas a cuestionarios, que pueden tratar de tu salud. Las diste con tu permiso y sirven para orientarte. Se conservan { $days } días.
export-readme-codes = Los códigos que te enviamos: cuándo, por qué canal y para qué; nunca el código. Sirven para comprobar que eres tú. Se conservan { $days } días.
export-readme-webhooks = Las notificaciones técnicas de los proveedores de mensajería, con el mismo contenido que tus mensajes, se conservan { $days } días y no están en este archivo.
export-readme-deliveries = Si tus mensajes llegaron: se conserva { $days } días.
export-readme-left-out = No está aquí: lo que es de otras personas (sus nombres, números y textos), los códigos, las contraseñas y llaves, que solo guardamos cifradas o en forma irreversible, y los registros de seguridad, que solo llevan identificadores.
export-readme-rights = Puedes corregir tus datos, oponerte a recibir mensajes (escribe BAJA) o pedir que se borren (escribe «borrar mi cuenta»). Tres días puedes arrepentirte. Twilio, Meta y Telegram guardan copias propias, según sus condiciones.

data-which = ¿Qué necesitas? «exportar mis datos»: te doy una copia. «borrar mi cuenta»: borro tu cuenta y tus datos. BAJA: dejo de escribirte. Escribe una de las tres.
data-needs-number = Para eso necesito comprobar que eres tú con un código, y este chat no muestra tu número. Escríbeme por WhatsApp desde tu número, o hazlo en tu cuenta.
erasure-what = Si borras tu cuenta, se borran tu nombre, tu número, tu correo, tus mensajes y tus respuestas. La ley obliga a conservar diez años los registros de tus pagos: quedan bloqueados y solo se consultan si la ley lo exige. Tienes 72 horas para arrepentirte; después no hay vuelta atrás.
erasure-ask = ¿Borro tu cuenta? Responde Sí o No.
erasure-in-the-way = Todavía no puedo borrar tu cuenta:
erasure-money-left = • Te queda dinero. Envíalo primero a otra cuenta.
erasure-transfers-open = • Tienes una transferencia abierta. Confírmala, cancélala o espera a que termine.
erasure-transfers-in-doubt = • Una transferencia tuya está en duda. Hay que esperar a saber qué pasó.
erasure-held = • Un asesor tiene que revisarlo. Escribe ASESOR.
erasure-due = Listo. Tu cuenta se borrará el { $at }. Si te arrepientes antes, escribe «cancelar borrado». Si quieres una copia de tus datos, escribe «exportar mis datos».
erasure-taken-back = Listo, tu cuenta no se borrará. Todo sigue como estaba.
no-erasure = No hay ningún borrado pendiente. Todo sigue como estaba.
export-link = Tus datos están casi listos. Descárgalos aquí: { $link } El enlace sirve una sola vez y vence en 24 horas. No lo compartas con nadie.
