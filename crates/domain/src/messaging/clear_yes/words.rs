//! The allow-list. Folded: lower case, no accents, no apostrophes. Slashes separate the phrases.
//!
//! Before you add one, ask for each language: can a person write this, alone or after a yes, and not want
//! exactly what was asked? A time («ahora», "now", «ahorita»), an amount, a person, a place or a doubt must
//! not be listed.

/// Phrases that say yes by themselves.
pub(super) const YES_PHRASES: &str = "\
# Spanish
si / sisi / sip / sipi / si que si / si o si / si senor / si senora / claro que si / claro / clarin
seguro que si / por supuesto / por supuesto que si / desde luego / obvio / obviamente / efectivamente
va / va que va / va que juega / ya vas / ya estas / vale / sale / sale y vale / dale / dale pues / dale nomas / hagale nomas / venga / andale / andele / orale
arre / sobres / jalo / jalale / simon / simona / simona la mona / a huevo / ahuevo / aja / ajam / mhm / de una
correcto / es correcto / todo correcto / todo es correcto / son correctos / exacto / exactamente / asi es / eso es
eso mero / asi mero / asi mismo / tal cual / ya rugiste / fierro / perfecto / listo / afirmativo / positivo / de acuerdo / deacuerdo / trato hecho
esta bien / ta bien / esta vien / ta vien / estabien / esta bueno / ta bueno / esta perfecto / muy bien / los datos son correctos / los datos estan bien
adelante / adelante con eso / procede / proceda / procedan / proceder / continua / sigue / siga / hazlo / hazla / hagalo / hacelo
hagale / dele / hagamoslo / sipo / joya / ejecutalo / ejecutala / procesalo / procesala
confirmo / confirmar / confirma / confirmado / confirmada / confirmalo / confirmala / lo confirmo / la confirmo
acepto / aceptar / aceptado / aceptada / lo acepto / la acepto / apruebo / aprobar / aprobado / aprobada / lo apruebo
la apruebo / autorizo / autorizado / autorizada / lo autorizo / la autorizo
esta correcto / esta bien asi / asi esta bien / asi esta perfecto / estoy de acuerdo / me parece bien / por mi esta bien
confirmo el envio / confirmo la transferencia / confirmo el pago / confirmo la operacion / confirmo el deposito
acepto el envio / acepto la transferencia / acepto el pago / apruebo el envio / apruebo la transferencia / apruebo el pago
autorizo el envio / autorizo la transferencia / autorizo el pago / haz la transferencia / haz el pago / haz el envio
confirmar pago / confirmar transferencia / confirmo pago / confirmo transferencia
# English
yes / yep / yup / yea / yeah / yessir / yas / aye / sure / sure thing / for sure / ok / oki / okie / okey / okay
okas / okis / okok / alright / all right / aight / correct / all correct / thats correct / that is correct / its correct
thats right / that is right / spot on / thats the right one / that is the right one / thats the one / that is the one / exactly / affirmative / absolutely / definitely / certainly / of course / indeed / perfect
sounds good / looks good / looks right
everything looks right / that looks right / that looks good / that all looks right / all looks right / all looks good / everything looks good / everything looks correct / everything is correct / it all looks right
it all looks good / looks correct / thats what i said / that is what i said / go ahead / please go ahead / go for it / do it / please do
proceed / continue / go on / make it happen / by all means / you bet / hell yeah / lets go / lets do it / roger that / deal / bet / uh huh / i do / yes i do
confirm / confirmed / i confirm / confirm it / approve / approved / i approve / accept / accepted / i accept
agree / agreed / i agree / authorize / authorized / i authorize
confirm the transfer / confirm the payment / confirm transfer / confirm payment / i confirm the transfer
i confirm the payment / approve the transfer / approve the payment / yes it is / fine by me / okie dokie
# Portuguese
sim / claro que sim / com certeza / certeza / certo / ta certo / esta certo / isso / isso ai / isso mesmo / isso mermo / e isso / e isso ai
ta certinho / certinho / ta ok / ta joia / firmeza / ta bom / ta bem / esta bem / esta bom / ta otimo / beleza / blz / pode / pode sim / pode fazer / pode seguir
pode continuar / pode confirmar / pode mandar / pode enviar / pode pagar / pode transferir / vai / vai la / manda ver / manda bala
bora / vamos / vamos nessa / vamos la / combinado / fechado / fechou / correto / exato / perfeito / os dados estao corretos
segue / segue em frente / em frente / va em frente / vai em frente / siga em frente / prossiga / prosseguir / faz / faca
faz isso / faca isso / pode crer / aham / uhum / uhu
confirmadinho / aceito / aprovo / aprovado / aprovada / eu confirmo / eu aceito
confirmo a transferencia / confirmo o pagamento / confirmo o pix / confirmo o envio / aprovo a transferencia
aprovo o pagamento / autorizo a transferencia / autorizo o pagamento / concordo / de acordo / exatamente
sim senhor / sim senhora
";

/// Phrases that change nothing after a yes, and say no yes by themselves.
pub(super) const HARMLESS_PHRASES: &str = "\
# Courtesies
gracias / muchas gracias / muchisimas gracias / mil gracias / gracias de nuevo / de antemano / grax / graxias / grasias
te lo agradezco / se lo agradezco / muy amable / que amable / por favor / porfavor / porfa / porfas / porfis / xfa / xfavor
plis / sin problema / sin bronca / sin pedo / no hay problema / no hay pedo / no hay bronca / no hay tos
no hay fijon / con gusto / con confianza
please / pls / plz / thanks / thank you / thank you very much / thank you so much / many thanks / thanks a lot
thanks so much / thx / tks / no worries / no problem / no probs
obrigado / obrigada / muito obrigado / muito obrigada / brigado / brigada / valeu / vlw / pfv / pfvr / por gentileza
sem problema / sem problemas / nao tem problema / nao ha problema
# Fillers
ya / po / pues / pos / bueno / bien / bueno pues / todo bien / todo ok / todo listo / seguro
segura / estoy seguro / estoy segura / totalmente / completamente / mi capitan / camara
good / fine / great / cool / all good / im sure / i am sure / thats me / that is me
entao / ja / bom / bem / tudo bem / tudo ok / estou certo / estou certa / tenho certeza
chido / genial / excelente / super / chevere / otimo / legal / show / nice
# The command of the transfer
mandalo / mandala / avientalo / avientale / echale / echalo / metele / aplicalo / que se vaya / que salga / mandelo / envielo / depositelo / mandale / mandaselo / mandasela / envialo / enviala / enviale / enviaselo / enviasela / transfierelo
transfierela / transfierele / depositalo / depositale / pagalo / pagale / manda / transfiere / deposita / paga
submit / submit it / crack on / carry on / send / send it / pay / pay it / transfer / transfer it / go
# To whom it is said
ventanilla / senor / senora / senorita / sir / maam / madam / bot / bro / compa / carnal / wey / guey / amigo / amiga
dude / buddy / mate / man / parce / parcero / che / mijo / mija / to me / lol / xd
# Assent that says no yes by itself: people decline with it too
thats fine / that is fine / thats ok / that is ok / its fine / its ok / tudo certo / esta tudo certo / todo en orden
es esa la cuenta / esa es la cuenta / es la cuenta / esa es / ese es / es esa / es ese / esa mera / ese mero
todo esta bien / todo esta correcto / obg / por fa
";

/// Signs that say yes.
pub(super) const YES_SIGNS: &[char] = &['👍', '👌', '✅', '✔', '☑', '🆗'];

/// Signs that change nothing: thanks, smiles, hearts.
pub(super) const HARMLESS_SIGNS: &[char] = &[
    '🙏', '😊', '🙂', '😀', '😃', '😄', '😁', '😆', '😂', '🤣', '☺', '😉', '😌', '😎', '🤗', '🥰', '😍',
    '😘', '😇', '❤', '♥', '💙', '💚', '💜', '🧡', '💛', '🖤', '🤍', '💖', '💕', '🎉', '✨', '🙌', '👏', '💪',
    '🤝',
];

/// Smileys made of signs, in lower case.
pub(super) const SMILEYS: &[&str] = &[":)", ":-)", ":d", ":-d", ";)", ";-)", "=)", ":]", "<3", "xd"];
