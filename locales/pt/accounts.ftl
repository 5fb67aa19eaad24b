# As contas das pessoas: e-mails, avisos e códigos.

mail-reset-subject = Escolha uma nova senha
mail-reset-text =
    Olá,

    Alguém, talvez você, pediu uma nova senha para a sua conta. Para escolher a senha, abra este link. { $minutes ->
        [one] Ele funciona uma só vez, por 1 minuto:
       *[other] Ele funciona uma só vez, por { $minutes } minutos:
    }

    { $link }

    Se não foi você, não faça nada: sua senha continua a mesma.
phone-replaced = Sua conta agora usa outro número, { $number }. Se não foi você, troque sua senha e avise a gente logo.
limit-number-replaced = Você trocou de número há pouco tempo. Por segurança, ainda não pode enviar dinheiro; tente mais tarde.

# Um código, por qualquer canal.
code-message = { $minutes ->
    [one] Ventanilla: seu código é { $code }. Vence em 1 minuto. Não compartilhe com ninguém.
   *[other] Ventanilla: seu código é { $code }. Vence em { $minutes } minutos. Não compartilhe com ninguém.
}
mail-code-subject = Seu código

# O que se conta a uma pessoa sem que ela pergunte.
alert-received = Você recebeu { $amount } de { $payer }.
alert-received-concept = Você recebeu { $amount } de { $payer }. Motivo: { $concept }
alert-deposit = Você recebeu um depósito de { $amount }.
alert-deposit-concept = Você recebeu um depósito de { $amount }. Motivo: { $concept }
alert-deposit-payer = um depósito
alert-frozen = { $channel ->
    [whatsapp] Ventanilla: sua conta foi bloqueada, como pedido pelo WhatsApp. Nenhum dinheiro sai dela. Se não foi você, avise a gente; para desbloquear, entre com sua senha ou fale com a gente.
    [telegram] Ventanilla: sua conta foi bloqueada, como pedido pelo Telegram. Nenhum dinheiro sai dela. Se não foi você, avise a gente; para desbloquear, entre com sua senha ou fale com a gente.
   *[other] Ventanilla: sua conta foi bloqueada. Nenhum dinheiro sai dela. Se não foi você, avise a gente; para desbloquear, entre com sua senha ou fale com a gente.
}
mail-frozen-subject = Sua conta foi bloqueada
payment-failed = { $reason ->
    [no_such_account] Sua transferência de { $amount } para a conta { $destination } não foi feita: essa conta não existe. Seu dinheiro está disponível de novo. Comprovante { $folio }.
    [account_closed] Sua transferência de { $amount } para a conta { $destination } não foi feita: essa conta está encerrada. Seu dinheiro está disponível de novo. Comprovante { $folio }.
    [account_blocked] Sua transferência de { $amount } para a conta { $destination } não foi feita: essa conta está bloqueada. Seu dinheiro está disponível de novo. Comprovante { $folio }.
    [wrong_account_type] Sua transferência de { $amount } para a conta { $destination } não foi feita: essa conta não pode receber este tipo de pagamento. Seu dinheiro está disponível de novo. Comprovante { $folio }.
    [wrong_bank] Sua transferência de { $amount } para a conta { $destination } não foi feita: o banco de destino não está certo. Seu dinheiro está disponível de novo. Comprovante { $folio }.
    [unknown_payee] Sua transferência de { $amount } para a conta { $destination } não foi feita: o banco não conhece quem recebe. Seu dinheiro está disponível de novo. Comprovante { $folio }.
    [payee_deceased] Sua transferência de { $amount } para a conta { $destination } não foi feita: o banco não pode mais pagar a essa pessoa. Seu dinheiro está disponível de novo. Comprovante { $folio }.
    [not_allowed] Sua transferência de { $amount } para a conta { $destination } não foi feita: o outro banco não permite este pagamento. Seu dinheiro está disponível de novo. Comprovante { $folio }.
    [wrong_amount] Sua transferência de { $amount } para a conta { $destination } não foi feita: o banco não aceita esse valor. Seu dinheiro está disponível de novo. Comprovante { $folio }.
    [timed_out] Sua transferência de { $amount } para a conta { $destination } não foi feita: o tempo do banco acabou. Seu dinheiro está disponível de novo. Comprovante { $folio }.
   *[other] Sua transferência de { $amount } para a conta { $destination } não foi feita: o banco não a aceitou. Seu dinheiro está disponível de novo. Comprovante { $folio }.
}
payment-in-doubt = O banco ainda não confirmou sua transferência de { $amount } para a conta { $destination }. Estamos verificando e você não precisa repetir; enquanto isso, esse dinheiro fica reservado. Aviso assim que souber. Comprovante { $folio }.
payment-disputed = O banco agora diz outra coisa sobre sua transferência de { $amount } para a conta { $destination }. Estamos verificando com ele. Aviso assim que souber. Comprovante { $folio }.
alert-mfa-on = Ventanilla: a verificação em duas etapas da sua conta foi ativada: cada acesso pedirá um código. Se não foi você, avise a gente.
alert-mfa-off = Ventanilla: a verificação em duas etapas da sua conta foi desativada: para entrar basta a senha. Se não foi você, troque a senha e avise a gente.
alert-backup-codes = Ventanilla: novos códigos de reserva foram criados para a sua conta; os anteriores não valem mais. Se não foi você, troque a senha e avise a gente.
mail-mfa-subject = A segurança da sua conta mudou
