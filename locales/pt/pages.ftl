# As páginas: verificar um número e trocar a senha.

page-language = Idioma
page-channel-whatsapp = WhatsApp
page-channel-sms = SMS
page-channel-call = ligação
page-channel-email = e-mail
page-channel-telegram = Telegram

page-number-title = Qual é o seu número?
page-number-lead = Vamos enviar um código para confirmar que ele é seu.
page-number-label = Número de telefone
page-ready-title = Confirme seu número
page-ready-lead = Escolha como quer receber um código de seis dígitos.
page-waiting-title = Digite seu código
page-spent-title = Peça um código novo
page-spent-lead = Você usou todas as tentativas desse código. Peça outro para continuar.
page-expired-title = O código venceu
page-expired-lead = Os códigos valem poucos minutos. Peça outro para continuar.
page-approved-title = Pronto, o número é seu
page-approved-lead = Seu número foi verificado.
page-taken-title = Esse número já tem conta
page-taken-lead = Confirmamos que o número é seu, mas ele pertence a outra conta. Entre com essa conta ou fale com a gente para unir as duas.
page-closed-title = Esta página foi encerrada
page-closed-lead = Por segurança, ela é encerrada após quinze minutos. Volte ao app e comece de novo.
page-unknown-title = Não há nada aqui
page-unknown-lead = Este link não existe ou está incompleto. Volte ao app e comece de novo.
page-fault-title = Algo falhou do nosso lado
page-fault-lead = Nada se perdeu. Espere um momento e carregue a página de novo.
page-foreign-title = Isto não veio da nossa página
page-foreign-lead = Por segurança, não aceitamos. Abra de novo o link do seu app.

page-your-number = Seu número
page-sent-to = Enviamos para o
page-ends-in = que termina em { $what }
page-sent-to-ends-in = número que termina em { $what }
page-change = mudar
page-stay-code = Voltar ao código
page-stay-number = Continuar com o mesmo número
page-send-by = Enviar código por { $what }
page-code-label = Código de seis dígitos
page-code-hint = Digite os seis dígitos.
# A página preenche {n} e {of}.
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
page-back = Voltar para { $what }
page-back-soon = Vamos levar você de volta em instantes.
page-close-this = Você já pode fechar esta página e voltar ao app.
page-help = Ninguém da nossa equipe vai pedir seus códigos. Não compartilhe os códigos.

# O que a página diz enquanto trabalha e quando algo falha.
page-live-sending = Enviando…
page-live-checking = Conferindo…
page-live-line = A conexão caiu. O que você digitou continua aqui; quando ela voltar, veremos se chegou.
page-live-fault = Algo falhou do nosso lado. Espere um momento e tente de novo.

page-delivery-queued = A caminho por { $what }
page-delivery-sent = Enviado por { $what }
page-delivery-delivered = Entregue por { $what }
page-delivery-read = Lido no { $what }
page-delivery-failed = Não chegou por { $what }: tente outro meio

page-note-sent = O código está a caminho.
page-note-wrong = { $n ->
    [one] Esse não é o código. Resta 1 tentativa.
   *[other] Esse não é o código. Restam { $n } tentativas.
}
page-note-spent = Esse não é o código, e era a última tentativa.
page-note-gone = Esse código não vale mais. Peça outro.
page-note-malformed = O código tem seis dígitos. Confira e digite de novo.
page-note-soon = O código está a caminho. Você ainda não pode pedir outro.
page-note-later = Há pouco enviamos um código para este número a partir de outra página. Você ainda não pode pedir outro.
page-note-tries = { $n ->
    [one] Muitas tentativas seguidas. Espere 1 minuto e tente de novo.
   *[other] Muitas tentativas seguidas. Espere { $n } minutos e tente de novo.
}
page-note-locked = { $n ->
    [one] Por segurança, este número fica bloqueado por 1 minuto. Depois peça um código novo.
   *[other] Por segurança, este número fica bloqueado por { $n } minutos. Depois peça um código novo.
}
page-note-many = { $n ->
    [one] Já enviamos muitos códigos. Você poderá pedir outro em 1 minuto.
   *[other] Já enviamos muitos códigos. Você poderá pedir outro em { $n } minutos.
}
page-note-failed = Não conseguimos enviar por esse meio. Tente outro.
page-note-stopped = Você pediu para não receber mensagens por esse meio. Tente outro.
page-note-paused = { $n ->
    [one] No momento não enviamos códigos. Tente de novo em 1 minuto.
   *[other] No momento não enviamos códigos. Tente de novo em { $n } minutos.
}
page-note-refused = Não podemos enviar códigos para esse número. Use outro celular.
page-note-number = Esse número não é válido. Digite o número completo, com o DDD ou o código de área.
page-note-kept = Não dá mais para mudar de número nesta página. Volte ao app e comece de novo.
page-note-unavailable = Não conseguimos conferir o código agora. Você não perdeu a tentativa: tente de novo.

page-reset-title = Escolha uma senha nova
page-reset-lead = Ao salvar, todas as suas sessões abertas serão encerradas.
page-reset-label = Senha nova
page-reset-show = Mostrar
page-reset-hide = Ocultar
page-reset-rule = Pelo menos { $n } caracteres. Uma frase de várias palavras é uma boa ideia.
page-reset-save = Salvar senha
page-reset-help = Se você não pediu esta troca, feche a página: sua senha continua igual.
page-reset-weak = Essa senha é fácil de adivinhar. Tente uma mais longa, por exemplo várias palavras.
page-reset-short = Essa senha é muito curta: use pelo menos { $n } caracteres.
page-reset-long = Essa senha é longa demais. Use uma um pouco mais curta.
page-reset-done-title = Senha trocada
page-reset-done-lead = Você já pode entrar com a senha nova. Encerramos todas as suas sessões.
page-reset-gone-title = Este link não vale mais
page-reset-gone-lead = Ele funciona uma vez e vence logo. Peça outro em “Esqueci minha senha”.

page-export-title = Seus dados
page-export-lead = Este arquivo tem seus dados, suas mensagens e seus movimentos. Guarde em um lugar seguro.
page-export-download = Baixar meus dados
page-export-help = O link funciona uma única vez e vence em 24 horas.
page-export-making-title = Seu arquivo está sendo preparado
page-export-making-lead = Espere um momento e abra o link de novo.
page-export-gone-title = Este link não funciona mais
page-export-gone-lead = Ele foi usado, ou passaram 24 horas. Escreva «exportar meus dados» no chat e eu dou outro.
