"""Words that stand in most spoken sentences of any subject, by language: pronouns, articles, auxiliaries, and
the courtesies of the telephone. Data only.

Japanese and Chinese, written without spaces, have none: their script tells more.
"""

from __future__ import annotations

FUNCTION_WORDS: dict[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "a about am an and any are as at be been but by can could did do does for from get go "
        "good got had has have he hello help her here hi him his how i i'd i'll i'm i've if in "
        "into is it it's its just know like me mean much my no not now of ok okay on or our "
        "please really right say she so some sorry sure thank thanks that that's the their them "
        "then there these they this those to too uh um up us very want was we well were what when "
        "where which who will with would yeah yes you your",
        "es": "a al algo alguna alguno ahí aquí así bien buenas buenos como con creo cual cuando de del "
        "después donde dónde el ella ellos en entonces era es esa ese eso esta está estaba este "
        "esto estoy favor fue gracias ha hay he hola hoy la las le les lo los más me mi mis mucho "
        "muy nada ni no nos o para pero por porque pues que qué quería quiero se sea sería si sí "
        "sin sobre son soy su sus también te tengo tiene todo tu un una uno usted vale y ya yo",
        "fr": "à ai alors après au aussi avec avez avoir bien bonjour c'est ça car ce cela ces cet "
        "cette comme d'accord dans de des donc du elle en est et être eu fait faire il ils j'ai "
        "j'aimerais je la le les leur lui ma mais me merci mes moi mon ne non nos notre nous on "
        "ou où oui par pas peu peut plaît plus pour pouvez qu'est que quel quelle qui quoi s'il "
        "sa sans se ses si son sont sur te tout très tu un une va vais veux voudrais vos votre "
        "vous y",
        "de": "ab aber alle also am an auch auf aus bei beim bin bis bitte da daß dann das dass dem den "
        "der des die dies diese diesen dieser doch du ein eine einem einen einer eines er es "
        "etwas für gerne guten habe haben hallo hat hatte hätte ich ihm ihn ihnen ihr ihre ihren "
        "im in ist ja jetzt kann kein können könnte mal man mein meine mich mir mit möchte na "
        "nein nicht noch nun nur ob oder okay schon sehr sein sich sie sind so tag und uns vom "
        "von war was wenn wer wie wir wird wo würde zu zum zur",
        "pt": "a ao aos as até bem boa bom com como da das de dela dele depois do dos e ela ele em "
        "então era essa esse está estão este estou eu favor foi gostaria há isso isto já lhe lá "
        "mais mas me meu minha muito na não nas nem no nos nossa nosso num numa o obrigada "
        "obrigado olá onde os ou para pela pelo por porque pra quando que quem quero se sem ser "
        "será seu sim só sou sua também tem tenho ter um uma você",
        "it": "a ad ai al alla allora anche bene buongiorno c'è che chi ci ciao come con così da dal "
        "dalla de dei del della delle di dove e è ed era essere fa fare favore gli grazie ha ho i "
        "il in io l'ho la le lei lo loro lui ma me mi mia mio molto nel nella no noi non nostro o "
        "ora per perché però più poi può qua quando quello questa questo qui se sei senza si sì "
        "sia solo sono sta su sua suo te ti tu un una uno va vi voglio voi vorrei",
        "hi": "अगर अच्छा अब आप आपका आपकी आपको इस इसका और एक ऐसा कर करना करने करें का कि किया की कुछ के "
        "को कोई क्या गया चाहता चाहती चाहिए जब जी जो तक तो था थी थे दें दो धन्यवाद नमस्ते नहीं ने "
        "पर फिर बहुत बात भी मुझे मेरा मेरी मेरे में मैं यह या ये रहा रही रहे लिए वह वाला वाली वो "
        "सकता सकते सर साथ से हम हमें हाँ हां ही हुआ हूँ हूं है हैं हो होगा",
    }.items()
}
"""Lower case, with straight apostrophes."""

TELLING_WORDS: dict[str, frozenset[str]] = {
    language: frozenset(words.split())
    for language, words in {
        "en": "again because book booking call check different does doing don't each every find first give "
        "going he's i'm let's look make maybe money more morning need never next nothing one only open "
        "order other over people phone problem send should something speak still talk tell than "
        "think today tomorrow tonight two understand until wait we're week went why with wrong yesterday",
        "es": "ahora alguien antes ayer ayudar buenos cada cita creo cuánto cuándo cuesta cómo dice "
        "dijo dos ella eres estamos estoy fue hablar hacer hasta hoy llamo mañana mejor menos mesa mismo "
        "momento necesito noche nombre nosotros nunca otra otro pasa podemos podría problema puede puedo "
        "queremos quisiera reservar saber siempre somos tarde tenemos usted ustedes vez voy ya",
        "fr": "aujourd'hui avant bonsoir chez combien comment cette deux demain dit encore est-ce faut "
        "heures hier j'ai j'aimerais jamais jour laquelle lequel madame maintenant monsieur même nom nuit "
        "parce parler personne peux pouvez prendre puis quand quelque quelqu'un rendez-vous rien réserver "
        "salut savoir soir suis toujours trop veux voir voudrais",
        "de": "abend ach bis buchen danke deutsch diesem einfach einmal eigentlich gehen geht gestern gibt "
        "glaube genau hallo heute hier ihren irgendwie jemand keine keinen kommen kommt können könnten "
        "machen man mehr morgen müssen nämlich nichts noch nächste nächsten oben reservieren sagen sind "
        "sprechen tisch uhr um unter vielen vielleicht viel vor wann warum was weil welche wieder wissen "
        "wollen wollte zimmer zurück zwei",
        "pt": "agora ainda alguém amanhã antes aqui cadê consegue dia dizer dois duas eles fazer falar "
        "fazer hoje horas ligar marcar melhor mesa mesmo momento nada noite nome nosso nunca ontem onde "
        "outra outro pessoa pode poderia podia posso preciso problema quarto quer reserva reservar "
        "saber sempre somos tarde todos tudo vamos vez vocês vou",
        "it": "abbiamo adesso ancora andare avete buonasera buongiorno camera capito cosa dire domani dopo "
        "due ecco eravamo fai fatto giorno già grazie hanno ieri invece lì mai meglio mi nessuno niente "
        "nome notte oggi ogni parlare perché persone potrebbe potete possiamo posso prendere prenotare "
        "prenotazione problema qualcosa qualcuno quanto questi quindi sapere sempre sera siamo siete sono "
        "stasera stato tavolo tutti tutto vorremmo vuole",
    }.items()
}
"""More of them, frequent on the telephone, that tell a language and yet say something."""
