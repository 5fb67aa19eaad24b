# As páginas: verificar um número, trocar a senha.

page-language = Idioma
page-channel-whatsapp = WhatsApp
page-channel-sms = SMS
page-channel-call = chamada
page-channel-email = e-mail
page-channel-telegram = Telegram

page-number-title = Qual é o seu número?
page-number-lead = Enviaremos um código para confirmar que ele é seu.
page-number-label = Número de telefone
page-ready-title = Confirme seu número
page-ready-lead = Escolha como quer receber um código de seis dígitos.
page-waiting-title = Digite seu código
page-spent-title = Peça um código novo
page-spent-lead = Todas as tentativas desse código foram usadas. Peça outro e continue daí.
page-expired-title = O código venceu
page-expired-lead = Os códigos valem poucos minutos. Peça outro e continue daí.
page-approved-title = Pronto, o número é seu
page-approved-lead = Seu número foi verificado.
page-taken-title = Esse número já tem conta
page-taken-lead = Confirmamos que o número é seu, mas ele pertence a outra conta. Entre com ela ou escreva para nós para juntá-las.
page-closed-title = Esta página se fechou
page-closed-lead = Por segurança ela se fecha em quinze minutos. Volte ao app e comece de novo.
page-unknown-title = Não há nada aqui
page-unknown-lead = Este link não existe ou está incompleto. Volte ao app e comece de novo.
page-fault-title = Algo falhou do nosso lado
page-fault-lead = Nada se perdeu. Espere um momento e carregue a página de novo.
page-foreign-title = Isto não veio da nossa página
page-foreign-lead = Por segurança não aceitamos. Abra de novo o link do seu app.

page-your-number = Seu número
page-sent-to = Enviamos para
page-ends-in = número que termina em { $what }
page-change = mudar
page-send-by = Enviar código por { $what }
page-code-label = Código de seis dígitos
# {n} e {of} são postos pela página.
page-digit = Dígito {"{"}n{"}"} de {"{"}of{"}"}
page-check = Verificar
page-time-left = Tempo que resta ao código
page-good-for = { $n ->
    [one] Vale mais 1 minuto
   *[other] Vale mais { $n } minutos
}
page-not-arrived = Não chegou?
page-resend = Reenviar
page-by-other = Por { $what }
page-again-in = Você poderá pedir outro em {"{"}time{"}"}
page-back = Voltar a { $what }
page-back-soon = Levamos você de volta em um momento.
page-close-this = Você já pode fechar esta página e voltar ao app.
page-help = Ninguém da nossa equipe vai pedir este código. Não o compartilhe.

page-delivery-queued = A caminho por { $what }
page-delivery-sent = Enviado por { $what }
page-delivery-delivered = Entregue por { $what }
page-delivery-read = Lido no { $what }
page-delivery-failed = Não chegou por { $what }: tente outra via

page-note-sent = O código está a caminho.
page-note-wrong = { $n ->
    [one] Não é esse o código. Resta 1 tentativa.
   *[other] Não é esse o código. Restam { $n } tentativas.
}
page-note-spent = Não é esse o código, e era a última tentativa. Peça um código novo.
page-note-gone = Esse código não vale mais. Peça outro.
page-note-malformed = O código tem seis dígitos. Confira e digite de novo.
page-note-soon = { $n ->
    [one] O código está a caminho. Você poderá pedir outro em 1 segundo.
   *[other] O código está a caminho. Você poderá pedir outro em { $n } segundos.
}
page-note-locked = { $n ->
    [one] Por segurança, este número descansa 1 minuto. Depois peça um código novo.
   *[other] Por segurança, este número descansa { $n } minutos. Depois peça um código novo.
}
page-note-many = { $n ->
    [one] Já enviamos muitos códigos. Você poderá pedir outro em 1 minuto.
   *[other] Já enviamos muitos códigos. Você poderá pedir outro em { $n } minutos.
}
page-note-failed = Não conseguimos enviar por aí. Tente outra via.
page-note-stopped = Você pediu para não receber mensagens por aí. Tente outro meio.
page-note-paused = { $n ->
    [one] Agora não enviamos códigos. Tente em 1 minuto.
   *[other] Agora não enviamos códigos. Tente em { $n } minutos.
}
page-note-refused = Não podemos enviar códigos a esse número. Use um celular do México ou de outro país atendido.
page-note-number = Esse número não é possível. Digite-o com o código de área.
page-note-kept = Nesta página não se pode mais mudar de número. Volte ao app e comece de novo.
page-note-unavailable = Não conseguimos conferir o código agora. A tentativa não foi usada: tente de novo.

page-reset-title = Escolha uma senha nova
page-reset-lead = Ao salvá-la, todas as suas sessões abertas se fecham.
page-reset-label = Senha nova
page-reset-show = Mostrar
page-reset-hide = Ocultar
page-reset-rule = Pelo menos { $n } caracteres. Uma frase de várias palavras é uma boa ideia.
page-reset-save = Salvar senha
page-reset-help = Se você não pediu esta troca, feche a página: sua senha continua igual.
page-reset-weak = Essa senha é fácil de adivinhar. Tente uma mais longa, por exemplo várias palavras.
page-reset-short = Essa senha é muito curta: precisa de pelo menos { $n } caracteres.
page-reset-long = Essa senha é longa demais. Encurte-a um pouco.
page-reset-done-title = Senha trocada
page-reset-done-lead = Você já pode entrar com a senha nova. Fechamos suas outras sessões.
page-reset-gone-title = Este link não vale mais
page-reset-gone-lead = Ele funciona uma vez e vence logo. Peça outro em «Esqueci minha senha».
