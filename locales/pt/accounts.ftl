# As contas das pessoas: e-mails e avisos.

mail-reset-subject = Escolha uma nova senha
mail-reset-text =
    Olá,

    Alguém, talvez você, pediu uma nova senha para sua conta. Para escolhê-la abra este link; ele serve uma vez e por { $minutes } minutos:

    { $link }

    Se não foi você, não faça nada: sua senha continua a mesma.
phone-replaced = Sua conta agora usa outro número, { $number }. Se não foi você, troque sua senha e avise-nos logo.
limit-number-replaced = Você trocou seu número há pouco. Por segurança, ainda não pode enviar dinheiro; tente mais tarde.

# Um código, por qualquer caminho.
code-message = Ventanilla: seu código é { $code }. Vence em { $minutes } minutos. Não o compartilhe com ninguém.
mail-code-subject = Seu código
