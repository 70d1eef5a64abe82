-- Generated from the migrated database by `npm run schema`. The server never runs it.
-- Never edit it: a change is a new migration. A test fails while it is stale.
-- The whole data model on one page: tables with their indexes, after the functions they call and
-- the tables they refer to, then other functions.
-- The migration that creates a table, a column or an index gives the reason for it.

SET check_function_bodies = off;

CREATE EXTENSION IF NOT EXISTS pg_trgm;

CREATE FUNCTION public.event_stamp()
 RETURNS xid8
 LANGUAGE sql
 STABLE
AS $function$
  select (pg_current_xact_id()::text::bigint + (select stamp_offset from continuity where only_one))::text::xid8
$function$;

CREATE FUNCTION public.fold_letters(text text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$
  select normalize(string_agg(coalesce(folds.map ->> letter, letter), '' order by place))
  from string_to_table(lower(normalize(text) collate "C"), null) with ordinality as letters (letter, place), (select '{
    "µ":"μ","À":"à","Á":"á","Â":"â","Ã":"ã","Ä":"ä","Å":"å","Æ":"æ","Ç":"ç","È":"è","É":"é","Ê":"ê",
    "Ë":"ë","Ì":"ì","Í":"í","Î":"î","Ï":"ï","Ð":"ð","Ñ":"ñ","Ò":"ò","Ó":"ó","Ô":"ô","Õ":"õ","Ö":"ö",
    "Ø":"ø","Ù":"ù","Ú":"ú","Û":"û","Ü":"ü","Ý":"ý","Þ":"þ","ß":"ss","Ā":"ā","Ă":"ă","Ą":"ą","Ć":"ć",
    "Ĉ":"ĉ","Ċ":"ċ","Č":"č","Ď":"ď","Đ":"đ","Ē":"ē","Ĕ":"ĕ","Ė":"ė","Ę":"ę","Ě":"ě","Ĝ":"ĝ","Ğ":"ğ",
    "Ġ":"ġ","Ģ":"ģ","Ĥ":"ĥ","Ħ":"ħ","Ĩ":"ĩ","Ī":"ī","Ĭ":"ĭ","Į":"į","İ":"i\u0307","Ĳ":"ĳ","Ĵ":"ĵ",
    "Ķ":"ķ","Ĺ":"ĺ","Ļ":"ļ","Ľ":"ľ","Ŀ":"ŀ","Ł":"ł","Ń":"ń","Ņ":"ņ","Ň":"ň","ŉ":"ʼn","Ŋ":"ŋ","Ō":"ō",
    "Ŏ":"ŏ","Ő":"ő","Œ":"œ","Ŕ":"ŕ","Ŗ":"ŗ","Ř":"ř","Ś":"ś","Ŝ":"ŝ","Ş":"ş","Š":"š","Ţ":"ţ","Ť":"ť",
    "Ŧ":"ŧ","Ũ":"ũ","Ū":"ū","Ŭ":"ŭ","Ů":"ů","Ű":"ű","Ų":"ų","Ŵ":"ŵ","Ŷ":"ŷ","Ÿ":"ÿ","Ź":"ź","Ż":"ż",
    "Ž":"ž","ſ":"s","Ɓ":"ɓ","Ƃ":"ƃ","Ƅ":"ƅ","Ɔ":"ɔ","Ƈ":"ƈ","Ɖ":"ɖ","Ɗ":"ɗ","Ƌ":"ƌ","Ǝ":"ǝ","Ə":"ə",
    "Ɛ":"ɛ","Ƒ":"ƒ","Ɠ":"ɠ","Ɣ":"ɣ","Ɩ":"ɩ","Ɨ":"ɨ","Ƙ":"ƙ","Ɯ":"ɯ","Ɲ":"ɲ","Ɵ":"ɵ","Ơ":"ơ","Ƣ":"ƣ",
    "Ƥ":"ƥ","Ʀ":"ʀ","Ƨ":"ƨ","Ʃ":"ʃ","Ƭ":"ƭ","Ʈ":"ʈ","Ư":"ư","Ʊ":"ʊ","Ʋ":"ʋ","Ƴ":"ƴ","Ƶ":"ƶ","Ʒ":"ʒ",
    "Ƹ":"ƹ","Ƽ":"ƽ","Ǆ":"ǆ","ǅ":"ǆ","Ǉ":"ǉ","ǈ":"ǉ","Ǌ":"ǌ","ǋ":"ǌ","Ǎ":"ǎ","Ǐ":"ǐ","Ǒ":"ǒ","Ǔ":"ǔ",
    "Ǖ":"ǖ","Ǘ":"ǘ","Ǚ":"ǚ","Ǜ":"ǜ","Ǟ":"ǟ","Ǡ":"ǡ","Ǣ":"ǣ","Ǥ":"ǥ","Ǧ":"ǧ","Ǩ":"ǩ","Ǫ":"ǫ","Ǭ":"ǭ",
    "Ǯ":"ǯ","ǰ":"j\u030c","Ǳ":"ǳ","ǲ":"ǳ","Ǵ":"ǵ","Ƕ":"ƕ","Ƿ":"ƿ","Ǹ":"ǹ","Ǻ":"ǻ","Ǽ":"ǽ","Ǿ":"ǿ",
    "Ȁ":"ȁ","Ȃ":"ȃ","Ȅ":"ȅ","Ȇ":"ȇ","Ȉ":"ȉ","Ȋ":"ȋ","Ȍ":"ȍ","Ȏ":"ȏ","Ȑ":"ȑ","Ȓ":"ȓ","Ȕ":"ȕ","Ȗ":"ȗ",
    "Ș":"ș","Ț":"ț","Ȝ":"ȝ","Ȟ":"ȟ","Ƞ":"ƞ","Ȣ":"ȣ","Ȥ":"ȥ","Ȧ":"ȧ","Ȩ":"ȩ","Ȫ":"ȫ","Ȭ":"ȭ","Ȯ":"ȯ",
    "Ȱ":"ȱ","Ȳ":"ȳ","Ⱥ":"ⱥ","Ȼ":"ȼ","Ƚ":"ƚ","Ⱦ":"ⱦ","Ɂ":"ɂ","Ƀ":"ƀ","Ʉ":"ʉ","Ʌ":"ʌ","Ɇ":"ɇ","Ɉ":"ɉ",
    "Ɋ":"ɋ","Ɍ":"ɍ","Ɏ":"ɏ","\u0345":"ι","Ͱ":"ͱ","Ͳ":"ͳ","Ͷ":"ͷ","Ϳ":"ϳ","Ά":"ά","Έ":"έ","Ή":"ή",
    "Ί":"ί","Ό":"ό","Ύ":"ύ","Ώ":"ώ","ΐ":"ι\u0308\u0301","Α":"α","Β":"β","Γ":"γ","Δ":"δ","Ε":"ε",
    "Ζ":"ζ","Η":"η","Θ":"θ","Ι":"ι","Κ":"κ","Λ":"λ","Μ":"μ","Ν":"ν","Ξ":"ξ","Ο":"ο","Π":"π","Ρ":"ρ",
    "Σ":"σ","Τ":"τ","Υ":"υ","Φ":"φ","Χ":"χ","Ψ":"ψ","Ω":"ω","Ϊ":"ϊ","Ϋ":"ϋ","ΰ":"υ\u0308\u0301",
    "ς":"σ","Ϗ":"ϗ","ϐ":"β","ϑ":"θ","ϕ":"φ","ϖ":"π","Ϙ":"ϙ","Ϛ":"ϛ","Ϝ":"ϝ","Ϟ":"ϟ","Ϡ":"ϡ","Ϣ":"ϣ",
    "Ϥ":"ϥ","Ϧ":"ϧ","Ϩ":"ϩ","Ϫ":"ϫ","Ϭ":"ϭ","Ϯ":"ϯ","ϰ":"κ","ϱ":"ρ","ϴ":"θ","ϵ":"ε","Ϸ":"ϸ","Ϲ":"ϲ",
    "Ϻ":"ϻ","Ͻ":"ͻ","Ͼ":"ͼ","Ͽ":"ͽ","Ѐ":"ѐ","Ё":"ё","Ђ":"ђ","Ѓ":"ѓ","Є":"є","Ѕ":"ѕ","І":"і","Ї":"ї",
    "Ј":"ј","Љ":"љ","Њ":"њ","Ћ":"ћ","Ќ":"ќ","Ѝ":"ѝ","Ў":"ў","Џ":"џ","А":"а","Б":"б","В":"в","Г":"г",
    "Д":"д","Е":"е","Ж":"ж","З":"з","И":"и","Й":"й","К":"к","Л":"л","М":"м","Н":"н","О":"о","П":"п",
    "Р":"р","С":"с","Т":"т","У":"у","Ф":"ф","Х":"х","Ц":"ц","Ч":"ч","Ш":"ш","Щ":"щ","Ъ":"ъ","Ы":"ы",
    "Ь":"ь","Э":"э","Ю":"ю","Я":"я","Ѡ":"ѡ","Ѣ":"ѣ","Ѥ":"ѥ","Ѧ":"ѧ","Ѩ":"ѩ","Ѫ":"ѫ","Ѭ":"ѭ","Ѯ":"ѯ",
    "Ѱ":"ѱ","Ѳ":"ѳ","Ѵ":"ѵ","Ѷ":"ѷ","Ѹ":"ѹ","Ѻ":"ѻ","Ѽ":"ѽ","Ѿ":"ѿ","Ҁ":"ҁ","Ҋ":"ҋ","Ҍ":"ҍ","Ҏ":"ҏ",
    "Ґ":"ґ","Ғ":"ғ","Ҕ":"ҕ","Җ":"җ","Ҙ":"ҙ","Қ":"қ","Ҝ":"ҝ","Ҟ":"ҟ","Ҡ":"ҡ","Ң":"ң","Ҥ":"ҥ","Ҧ":"ҧ",
    "Ҩ":"ҩ","Ҫ":"ҫ","Ҭ":"ҭ","Ү":"ү","Ұ":"ұ","Ҳ":"ҳ","Ҵ":"ҵ","Ҷ":"ҷ","Ҹ":"ҹ","Һ":"һ","Ҽ":"ҽ","Ҿ":"ҿ",
    "Ӏ":"ӏ","Ӂ":"ӂ","Ӄ":"ӄ","Ӆ":"ӆ","Ӈ":"ӈ","Ӊ":"ӊ","Ӌ":"ӌ","Ӎ":"ӎ","Ӑ":"ӑ","Ӓ":"ӓ","Ӕ":"ӕ","Ӗ":"ӗ",
    "Ә":"ә","Ӛ":"ӛ","Ӝ":"ӝ","Ӟ":"ӟ","Ӡ":"ӡ","Ӣ":"ӣ","Ӥ":"ӥ","Ӧ":"ӧ","Ө":"ө","Ӫ":"ӫ","Ӭ":"ӭ","Ӯ":"ӯ",
    "Ӱ":"ӱ","Ӳ":"ӳ","Ӵ":"ӵ","Ӷ":"ӷ","Ӹ":"ӹ","Ӻ":"ӻ","Ӽ":"ӽ","Ӿ":"ӿ","Ԁ":"ԁ","Ԃ":"ԃ","Ԅ":"ԅ","Ԇ":"ԇ",
    "Ԉ":"ԉ","Ԋ":"ԋ","Ԍ":"ԍ","Ԏ":"ԏ","Ԑ":"ԑ","Ԓ":"ԓ","Ԕ":"ԕ","Ԗ":"ԗ","Ԙ":"ԙ","Ԛ":"ԛ","Ԝ":"ԝ","Ԟ":"ԟ",
    "Ԡ":"ԡ","Ԣ":"ԣ","Ԥ":"ԥ","Ԧ":"ԧ","Ԩ":"ԩ","Ԫ":"ԫ","Ԭ":"ԭ","Ԯ":"ԯ","Ա":"ա","Բ":"բ","Գ":"գ","Դ":"դ",
    "Ե":"ե","Զ":"զ","Է":"է","Ը":"ը","Թ":"թ","Ժ":"ժ","Ի":"ի","Լ":"լ","Խ":"խ","Ծ":"ծ","Կ":"կ","Հ":"հ",
    "Ձ":"ձ","Ղ":"ղ","Ճ":"ճ","Մ":"մ","Յ":"յ","Ն":"ն","Շ":"շ","Ո":"ո","Չ":"չ","Պ":"պ","Ջ":"ջ","Ռ":"ռ",
    "Ս":"ս","Վ":"վ","Տ":"տ","Ր":"ր","Ց":"ց","Ւ":"ւ","Փ":"փ","Ք":"ք","Օ":"օ","Ֆ":"ֆ","և":"եւ","Ⴀ":"ⴀ",
    "Ⴁ":"ⴁ","Ⴂ":"ⴂ","Ⴃ":"ⴃ","Ⴄ":"ⴄ","Ⴅ":"ⴅ","Ⴆ":"ⴆ","Ⴇ":"ⴇ","Ⴈ":"ⴈ","Ⴉ":"ⴉ","Ⴊ":"ⴊ","Ⴋ":"ⴋ","Ⴌ":"ⴌ",
    "Ⴍ":"ⴍ","Ⴎ":"ⴎ","Ⴏ":"ⴏ","Ⴐ":"ⴐ","Ⴑ":"ⴑ","Ⴒ":"ⴒ","Ⴓ":"ⴓ","Ⴔ":"ⴔ","Ⴕ":"ⴕ","Ⴖ":"ⴖ","Ⴗ":"ⴗ","Ⴘ":"ⴘ",
    "Ⴙ":"ⴙ","Ⴚ":"ⴚ","Ⴛ":"ⴛ","Ⴜ":"ⴜ","Ⴝ":"ⴝ","Ⴞ":"ⴞ","Ⴟ":"ⴟ","Ⴠ":"ⴠ","Ⴡ":"ⴡ","Ⴢ":"ⴢ","Ⴣ":"ⴣ","Ⴤ":"ⴤ",
    "Ⴥ":"ⴥ","Ⴧ":"ⴧ","Ⴭ":"ⴭ","Ꭰ":"ꭰ","Ꭱ":"ꭱ","Ꭲ":"ꭲ","Ꭳ":"ꭳ","Ꭴ":"ꭴ","Ꭵ":"ꭵ","Ꭶ":"ꭶ","Ꭷ":"ꭷ","Ꭸ":"ꭸ",
    "Ꭹ":"ꭹ","Ꭺ":"ꭺ","Ꭻ":"ꭻ","Ꭼ":"ꭼ","Ꭽ":"ꭽ","Ꭾ":"ꭾ","Ꭿ":"ꭿ","Ꮀ":"ꮀ","Ꮁ":"ꮁ","Ꮂ":"ꮂ","Ꮃ":"ꮃ","Ꮄ":"ꮄ",
    "Ꮅ":"ꮅ","Ꮆ":"ꮆ","Ꮇ":"ꮇ","Ꮈ":"ꮈ","Ꮉ":"ꮉ","Ꮊ":"ꮊ","Ꮋ":"ꮋ","Ꮌ":"ꮌ","Ꮍ":"ꮍ","Ꮎ":"ꮎ","Ꮏ":"ꮏ","Ꮐ":"ꮐ",
    "Ꮑ":"ꮑ","Ꮒ":"ꮒ","Ꮓ":"ꮓ","Ꮔ":"ꮔ","Ꮕ":"ꮕ","Ꮖ":"ꮖ","Ꮗ":"ꮗ","Ꮘ":"ꮘ","Ꮙ":"ꮙ","Ꮚ":"ꮚ","Ꮛ":"ꮛ","Ꮜ":"ꮜ",
    "Ꮝ":"ꮝ","Ꮞ":"ꮞ","Ꮟ":"ꮟ","Ꮠ":"ꮠ","Ꮡ":"ꮡ","Ꮢ":"ꮢ","Ꮣ":"ꮣ","Ꮤ":"ꮤ","Ꮥ":"ꮥ","Ꮦ":"ꮦ","Ꮧ":"ꮧ","Ꮨ":"ꮨ",
    "Ꮩ":"ꮩ","Ꮪ":"ꮪ","Ꮫ":"ꮫ","Ꮬ":"ꮬ","Ꮭ":"ꮭ","Ꮮ":"ꮮ","Ꮯ":"ꮯ","Ꮰ":"ꮰ","Ꮱ":"ꮱ","Ꮲ":"ꮲ","Ꮳ":"ꮳ","Ꮴ":"ꮴ",
    "Ꮵ":"ꮵ","Ꮶ":"ꮶ","Ꮷ":"ꮷ","Ꮸ":"ꮸ","Ꮹ":"ꮹ","Ꮺ":"ꮺ","Ꮻ":"ꮻ","Ꮼ":"ꮼ","Ꮽ":"ꮽ","Ꮾ":"ꮾ","Ꮿ":"ꮿ","Ᏸ":"ᏸ",
    "Ᏹ":"ᏹ","Ᏺ":"ᏺ","Ᏻ":"ᏻ","Ᏼ":"ᏼ","Ᏽ":"ᏽ","ᲀ":"в","ᲁ":"д","ᲂ":"о","ᲃ":"с","ᲄ":"т","ᲅ":"т","ᲆ":"ъ",
    "ᲇ":"ѣ","ᲈ":"ꙋ","Ᲊ":"ᲊ","Ა":"ა","Ბ":"ბ","Გ":"გ","Დ":"დ","Ე":"ე","Ვ":"ვ","Ზ":"ზ","Თ":"თ","Ი":"ი",
    "Კ":"კ","Ლ":"ლ","Მ":"მ","Ნ":"ნ","Ო":"ო","Პ":"პ","Ჟ":"ჟ","Რ":"რ","Ს":"ს","Ტ":"ტ","Უ":"უ","Ფ":"ფ",
    "Ქ":"ქ","Ღ":"ღ","Ყ":"ყ","Შ":"შ","Ჩ":"ჩ","Ც":"ც","Ძ":"ძ","Წ":"წ","Ჭ":"ჭ","Ხ":"ხ","Ჯ":"ჯ","Ჰ":"ჰ",
    "Ჱ":"ჱ","Ჲ":"ჲ","Ჳ":"ჳ","Ჴ":"ჴ","Ჵ":"ჵ","Ჶ":"ჶ","Ჷ":"ჷ","Ჸ":"ჸ","Ჹ":"ჹ","Ჺ":"ჺ","Ჽ":"ჽ","Ჾ":"ჾ",
    "Ჿ":"ჿ","Ḁ":"ḁ","Ḃ":"ḃ","Ḅ":"ḅ","Ḇ":"ḇ","Ḉ":"ḉ","Ḋ":"ḋ","Ḍ":"ḍ","Ḏ":"ḏ","Ḑ":"ḑ","Ḓ":"ḓ","Ḕ":"ḕ",
    "Ḗ":"ḗ","Ḙ":"ḙ","Ḛ":"ḛ","Ḝ":"ḝ","Ḟ":"ḟ","Ḡ":"ḡ","Ḣ":"ḣ","Ḥ":"ḥ","Ḧ":"ḧ","Ḩ":"ḩ","Ḫ":"ḫ","Ḭ":"ḭ",
    "Ḯ":"ḯ","Ḱ":"ḱ","Ḳ":"ḳ","Ḵ":"ḵ","Ḷ":"ḷ","Ḹ":"ḹ","Ḻ":"ḻ","Ḽ":"ḽ","Ḿ":"ḿ","Ṁ":"ṁ","Ṃ":"ṃ","Ṅ":"ṅ",
    "Ṇ":"ṇ","Ṉ":"ṉ","Ṋ":"ṋ","Ṍ":"ṍ","Ṏ":"ṏ","Ṑ":"ṑ","Ṓ":"ṓ","Ṕ":"ṕ","Ṗ":"ṗ","Ṙ":"ṙ","Ṛ":"ṛ","Ṝ":"ṝ",
    "Ṟ":"ṟ","Ṡ":"ṡ","Ṣ":"ṣ","Ṥ":"ṥ","Ṧ":"ṧ","Ṩ":"ṩ","Ṫ":"ṫ","Ṭ":"ṭ","Ṯ":"ṯ","Ṱ":"ṱ","Ṳ":"ṳ","Ṵ":"ṵ",
    "Ṷ":"ṷ","Ṹ":"ṹ","Ṻ":"ṻ","Ṽ":"ṽ","Ṿ":"ṿ","Ẁ":"ẁ","Ẃ":"ẃ","Ẅ":"ẅ","Ẇ":"ẇ","Ẉ":"ẉ","Ẋ":"ẋ","Ẍ":"ẍ",
    "Ẏ":"ẏ","Ẑ":"ẑ","Ẓ":"ẓ","Ẕ":"ẕ","ẖ":"h\u0331","ẗ":"t\u0308","ẘ":"w\u030a","ẙ":"y\u030a","ẚ":"aʾ",
    "ẛ":"ṡ","ẞ":"ss","Ạ":"ạ","Ả":"ả","Ấ":"ấ","Ầ":"ầ","Ẩ":"ẩ","Ẫ":"ẫ","Ậ":"ậ","Ắ":"ắ","Ằ":"ằ","Ẳ":"ẳ",
    "Ẵ":"ẵ","Ặ":"ặ","Ẹ":"ẹ","Ẻ":"ẻ","Ẽ":"ẽ","Ế":"ế","Ề":"ề","Ể":"ể","Ễ":"ễ","Ệ":"ệ","Ỉ":"ỉ","Ị":"ị",
    "Ọ":"ọ","Ỏ":"ỏ","Ố":"ố","Ồ":"ồ","Ổ":"ổ","Ỗ":"ỗ","Ộ":"ộ","Ớ":"ớ","Ờ":"ờ","Ở":"ở","Ỡ":"ỡ","Ợ":"ợ",
    "Ụ":"ụ","Ủ":"ủ","Ứ":"ứ","Ừ":"ừ","Ử":"ử","Ữ":"ữ","Ự":"ự","Ỳ":"ỳ","Ỵ":"ỵ","Ỷ":"ỷ","Ỹ":"ỹ","Ỻ":"ỻ",
    "Ỽ":"ỽ","Ỿ":"ỿ","Ἀ":"ἀ","Ἁ":"ἁ","Ἂ":"ἂ","Ἃ":"ἃ","Ἄ":"ἄ","Ἅ":"ἅ","Ἆ":"ἆ","Ἇ":"ἇ","Ἐ":"ἐ","Ἑ":"ἑ",
    "Ἒ":"ἒ","Ἓ":"ἓ","Ἔ":"ἔ","Ἕ":"ἕ","Ἠ":"ἠ","Ἡ":"ἡ","Ἢ":"ἢ","Ἣ":"ἣ","Ἤ":"ἤ","Ἥ":"ἥ","Ἦ":"ἦ","Ἧ":"ἧ",
    "Ἰ":"ἰ","Ἱ":"ἱ","Ἲ":"ἲ","Ἳ":"ἳ","Ἴ":"ἴ","Ἵ":"ἵ","Ἶ":"ἶ","Ἷ":"ἷ","Ὀ":"ὀ","Ὁ":"ὁ","Ὂ":"ὂ","Ὃ":"ὃ",
    "Ὄ":"ὄ","Ὅ":"ὅ","ὐ":"υ\u0313","ὒ":"υ\u0313\u0300","ὔ":"υ\u0313\u0301","ὖ":"υ\u0313\u0342",
    "Ὑ":"ὑ","Ὓ":"ὓ","Ὕ":"ὕ","Ὗ":"ὗ","Ὠ":"ὠ","Ὡ":"ὡ","Ὢ":"ὢ","Ὣ":"ὣ","Ὤ":"ὤ","Ὥ":"ὥ","Ὦ":"ὦ","Ὧ":"ὧ",
    "ᾀ":"ἀι","ᾁ":"ἁι","ᾂ":"ἂι","ᾃ":"ἃι","ᾄ":"ἄι","ᾅ":"ἅι","ᾆ":"ἆι","ᾇ":"ἇι","ᾈ":"ἀι","ᾉ":"ἁι",
    "ᾊ":"ἂι","ᾋ":"ἃι","ᾌ":"ἄι","ᾍ":"ἅι","ᾎ":"ἆι","ᾏ":"ἇι","ᾐ":"ἠι","ᾑ":"ἡι","ᾒ":"ἢι","ᾓ":"ἣι",
    "ᾔ":"ἤι","ᾕ":"ἥι","ᾖ":"ἦι","ᾗ":"ἧι","ᾘ":"ἠι","ᾙ":"ἡι","ᾚ":"ἢι","ᾛ":"ἣι","ᾜ":"ἤι","ᾝ":"ἥι",
    "ᾞ":"ἦι","ᾟ":"ἧι","ᾠ":"ὠι","ᾡ":"ὡι","ᾢ":"ὢι","ᾣ":"ὣι","ᾤ":"ὤι","ᾥ":"ὥι","ᾦ":"ὦι","ᾧ":"ὧι",
    "ᾨ":"ὠι","ᾩ":"ὡι","ᾪ":"ὢι","ᾫ":"ὣι","ᾬ":"ὤι","ᾭ":"ὥι","ᾮ":"ὦι","ᾯ":"ὧι","ᾲ":"ὰι","ᾳ":"αι",
    "ᾴ":"άι","ᾶ":"α\u0342","ᾷ":"α\u0342ι","Ᾰ":"ᾰ","Ᾱ":"ᾱ","Ὰ":"ὰ","Ά":"ά","ᾼ":"αι","ι":"ι","ῂ":"ὴι",
    "ῃ":"ηι","ῄ":"ήι","ῆ":"η\u0342","ῇ":"η\u0342ι","Ὲ":"ὲ","Έ":"έ","Ὴ":"ὴ","Ή":"ή","ῌ":"ηι",
    "ῒ":"ι\u0308\u0300","ΐ":"ι\u0308\u0301","ῖ":"ι\u0342","ῗ":"ι\u0308\u0342","Ῐ":"ῐ","Ῑ":"ῑ",
    "Ὶ":"ὶ","Ί":"ί","ῢ":"υ\u0308\u0300","ΰ":"υ\u0308\u0301","ῤ":"ρ\u0313","ῦ":"υ\u0342",
    "ῧ":"υ\u0308\u0342","Ῠ":"ῠ","Ῡ":"ῡ","Ὺ":"ὺ","Ύ":"ύ","Ῥ":"ῥ","ῲ":"ὼι","ῳ":"ωι","ῴ":"ώι",
    "ῶ":"ω\u0342","ῷ":"ω\u0342ι","Ὸ":"ὸ","Ό":"ό","Ὼ":"ὼ","Ώ":"ώ","ῼ":"ωι","Ω":"ω","K":"k","Å":"å",
    "Ⅎ":"ⅎ","Ⅰ":"ⅰ","Ⅱ":"ⅱ","Ⅲ":"ⅲ","Ⅳ":"ⅳ","Ⅴ":"ⅴ","Ⅵ":"ⅵ","Ⅶ":"ⅶ","Ⅷ":"ⅷ","Ⅸ":"ⅸ","Ⅹ":"ⅹ","Ⅺ":"ⅺ",
    "Ⅻ":"ⅻ","Ⅼ":"ⅼ","Ⅽ":"ⅽ","Ⅾ":"ⅾ","Ⅿ":"ⅿ","Ↄ":"ↄ","Ⓐ":"ⓐ","Ⓑ":"ⓑ","Ⓒ":"ⓒ","Ⓓ":"ⓓ","Ⓔ":"ⓔ","Ⓕ":"ⓕ",
    "Ⓖ":"ⓖ","Ⓗ":"ⓗ","Ⓘ":"ⓘ","Ⓙ":"ⓙ","Ⓚ":"ⓚ","Ⓛ":"ⓛ","Ⓜ":"ⓜ","Ⓝ":"ⓝ","Ⓞ":"ⓞ","Ⓟ":"ⓟ","Ⓠ":"ⓠ","Ⓡ":"ⓡ",
    "Ⓢ":"ⓢ","Ⓣ":"ⓣ","Ⓤ":"ⓤ","Ⓥ":"ⓥ","Ⓦ":"ⓦ","Ⓧ":"ⓧ","Ⓨ":"ⓨ","Ⓩ":"ⓩ","Ⰰ":"ⰰ","Ⰱ":"ⰱ","Ⰲ":"ⰲ","Ⰳ":"ⰳ",
    "Ⰴ":"ⰴ","Ⰵ":"ⰵ","Ⰶ":"ⰶ","Ⰷ":"ⰷ","Ⰸ":"ⰸ","Ⰹ":"ⰹ","Ⰺ":"ⰺ","Ⰻ":"ⰻ","Ⰼ":"ⰼ","Ⰽ":"ⰽ","Ⰾ":"ⰾ","Ⰿ":"ⰿ",
    "Ⱀ":"ⱀ","Ⱁ":"ⱁ","Ⱂ":"ⱂ","Ⱃ":"ⱃ","Ⱄ":"ⱄ","Ⱅ":"ⱅ","Ⱆ":"ⱆ","Ⱇ":"ⱇ","Ⱈ":"ⱈ","Ⱉ":"ⱉ","Ⱊ":"ⱊ","Ⱋ":"ⱋ",
    "Ⱌ":"ⱌ","Ⱍ":"ⱍ","Ⱎ":"ⱎ","Ⱏ":"ⱏ","Ⱐ":"ⱐ","Ⱑ":"ⱑ","Ⱒ":"ⱒ","Ⱓ":"ⱓ","Ⱔ":"ⱔ","Ⱕ":"ⱕ","Ⱖ":"ⱖ","Ⱗ":"ⱗ",
    "Ⱘ":"ⱘ","Ⱙ":"ⱙ","Ⱚ":"ⱚ","Ⱛ":"ⱛ","Ⱜ":"ⱜ","Ⱝ":"ⱝ","Ⱞ":"ⱞ","Ⱟ":"ⱟ","Ⱡ":"ⱡ","Ɫ":"ɫ","Ᵽ":"ᵽ","Ɽ":"ɽ",
    "Ⱨ":"ⱨ","Ⱪ":"ⱪ","Ⱬ":"ⱬ","Ɑ":"ɑ","Ɱ":"ɱ","Ɐ":"ɐ","Ɒ":"ɒ","Ⱳ":"ⱳ","Ⱶ":"ⱶ","Ȿ":"ȿ","Ɀ":"ɀ","Ⲁ":"ⲁ",
    "Ⲃ":"ⲃ","Ⲅ":"ⲅ","Ⲇ":"ⲇ","Ⲉ":"ⲉ","Ⲋ":"ⲋ","Ⲍ":"ⲍ","Ⲏ":"ⲏ","Ⲑ":"ⲑ","Ⲓ":"ⲓ","Ⲕ":"ⲕ","Ⲗ":"ⲗ","Ⲙ":"ⲙ",
    "Ⲛ":"ⲛ","Ⲝ":"ⲝ","Ⲟ":"ⲟ","Ⲡ":"ⲡ","Ⲣ":"ⲣ","Ⲥ":"ⲥ","Ⲧ":"ⲧ","Ⲩ":"ⲩ","Ⲫ":"ⲫ","Ⲭ":"ⲭ","Ⲯ":"ⲯ","Ⲱ":"ⲱ",
    "Ⲳ":"ⲳ","Ⲵ":"ⲵ","Ⲷ":"ⲷ","Ⲹ":"ⲹ","Ⲻ":"ⲻ","Ⲽ":"ⲽ","Ⲿ":"ⲿ","Ⳁ":"ⳁ","Ⳃ":"ⳃ","Ⳅ":"ⳅ","Ⳇ":"ⳇ","Ⳉ":"ⳉ",
    "Ⳋ":"ⳋ","Ⳍ":"ⳍ","Ⳏ":"ⳏ","Ⳑ":"ⳑ","Ⳓ":"ⳓ","Ⳕ":"ⳕ","Ⳗ":"ⳗ","Ⳙ":"ⳙ","Ⳛ":"ⳛ","Ⳝ":"ⳝ","Ⳟ":"ⳟ","Ⳡ":"ⳡ",
    "Ⳣ":"ⳣ","Ⳬ":"ⳬ","Ⳮ":"ⳮ","Ⳳ":"ⳳ","Ꙁ":"ꙁ","Ꙃ":"ꙃ","Ꙅ":"ꙅ","Ꙇ":"ꙇ","Ꙉ":"ꙉ","Ꙋ":"ꙋ","Ꙍ":"ꙍ","Ꙏ":"ꙏ",
    "Ꙑ":"ꙑ","Ꙓ":"ꙓ","Ꙕ":"ꙕ","Ꙗ":"ꙗ","Ꙙ":"ꙙ","Ꙛ":"ꙛ","Ꙝ":"ꙝ","Ꙟ":"ꙟ","Ꙡ":"ꙡ","Ꙣ":"ꙣ","Ꙥ":"ꙥ","Ꙧ":"ꙧ",
    "Ꙩ":"ꙩ","Ꙫ":"ꙫ","Ꙭ":"ꙭ","Ꚁ":"ꚁ","Ꚃ":"ꚃ","Ꚅ":"ꚅ","Ꚇ":"ꚇ","Ꚉ":"ꚉ","Ꚋ":"ꚋ","Ꚍ":"ꚍ","Ꚏ":"ꚏ","Ꚑ":"ꚑ",
    "Ꚓ":"ꚓ","Ꚕ":"ꚕ","Ꚗ":"ꚗ","Ꚙ":"ꚙ","Ꚛ":"ꚛ","Ꜣ":"ꜣ","Ꜥ":"ꜥ","Ꜧ":"ꜧ","Ꜩ":"ꜩ","Ꜫ":"ꜫ","Ꜭ":"ꜭ","Ꜯ":"ꜯ",
    "Ꜳ":"ꜳ","Ꜵ":"ꜵ","Ꜷ":"ꜷ","Ꜹ":"ꜹ","Ꜻ":"ꜻ","Ꜽ":"ꜽ","Ꜿ":"ꜿ","Ꝁ":"ꝁ","Ꝃ":"ꝃ","Ꝅ":"ꝅ","Ꝇ":"ꝇ","Ꝉ":"ꝉ",
    "Ꝋ":"ꝋ","Ꝍ":"ꝍ","Ꝏ":"ꝏ","Ꝑ":"ꝑ","Ꝓ":"ꝓ","Ꝕ":"ꝕ","Ꝗ":"ꝗ","Ꝙ":"ꝙ","Ꝛ":"ꝛ","Ꝝ":"ꝝ","Ꝟ":"ꝟ","Ꝡ":"ꝡ",
    "Ꝣ":"ꝣ","Ꝥ":"ꝥ","Ꝧ":"ꝧ","Ꝩ":"ꝩ","Ꝫ":"ꝫ","Ꝭ":"ꝭ","Ꝯ":"ꝯ","Ꝺ":"ꝺ","Ꝼ":"ꝼ","Ᵹ":"ᵹ","Ꝿ":"ꝿ","Ꞁ":"ꞁ",
    "Ꞃ":"ꞃ","Ꞅ":"ꞅ","Ꞇ":"ꞇ","Ꞌ":"ꞌ","Ɥ":"ɥ","Ꞑ":"ꞑ","Ꞓ":"ꞓ","Ꞗ":"ꞗ","Ꞙ":"ꞙ","Ꞛ":"ꞛ","Ꞝ":"ꞝ","Ꞟ":"ꞟ",
    "Ꞡ":"ꞡ","Ꞣ":"ꞣ","Ꞥ":"ꞥ","Ꞧ":"ꞧ","Ꞩ":"ꞩ","Ɦ":"ɦ","Ɜ":"ɜ","Ɡ":"ɡ","Ɬ":"ɬ","Ɪ":"ɪ","Ʞ":"ʞ","Ʇ":"ʇ",
    "Ʝ":"ʝ","Ꭓ":"ꭓ","Ꞵ":"ꞵ","Ꞷ":"ꞷ","Ꞹ":"ꞹ","Ꞻ":"ꞻ","Ꞽ":"ꞽ","Ꞿ":"ꞿ","Ꟁ":"ꟁ","Ꟃ":"ꟃ","Ꞔ":"ꞔ","Ʂ":"ʂ",
    "Ᶎ":"ᶎ","Ꟈ":"ꟈ","Ꟊ":"ꟊ","Ɤ":"ɤ","Ꟍ":"ꟍ","꟎":"꟏","Ꟑ":"ꟑ","꟒":"ꟓ","꟔":"ꟕ","Ꟗ":"ꟗ","Ꟙ":"ꟙ","Ꟛ":"ꟛ",
    "Ƛ":"ƛ","Ꟶ":"ꟶ","ﬀ":"ff","ﬁ":"fi","ﬂ":"fl","ﬃ":"ffi","ﬄ":"ffl","ﬅ":"st","ﬆ":"st","ﬓ":"մն",
    "ﬔ":"մե","ﬕ":"մի","ﬖ":"վն","ﬗ":"մխ","Ａ":"ａ","Ｂ":"ｂ","Ｃ":"ｃ","Ｄ":"ｄ","Ｅ":"ｅ","Ｆ":"ｆ","Ｇ":"ｇ",
    "Ｈ":"ｈ","Ｉ":"ｉ","Ｊ":"ｊ","Ｋ":"ｋ","Ｌ":"ｌ","Ｍ":"ｍ","Ｎ":"ｎ","Ｏ":"ｏ","Ｐ":"ｐ","Ｑ":"ｑ","Ｒ":"ｒ","Ｓ":"ｓ",
    "Ｔ":"ｔ","Ｕ":"ｕ","Ｖ":"ｖ","Ｗ":"ｗ","Ｘ":"ｘ","Ｙ":"ｙ","Ｚ":"ｚ","𐐀":"𐐨","𐐁":"𐐩","𐐂":"𐐪","𐐃":"𐐫","𐐄":"𐐬",
    "𐐅":"𐐭","𐐆":"𐐮","𐐇":"𐐯","𐐈":"𐐰","𐐉":"𐐱","𐐊":"𐐲","𐐋":"𐐳","𐐌":"𐐴","𐐍":"𐐵","𐐎":"𐐶","𐐏":"𐐷","𐐐":"𐐸",
    "𐐑":"𐐹","𐐒":"𐐺","𐐓":"𐐻","𐐔":"𐐼","𐐕":"𐐽","𐐖":"𐐾","𐐗":"𐐿","𐐘":"𐑀","𐐙":"𐑁","𐐚":"𐑂","𐐛":"𐑃","𐐜":"𐑄",
    "𐐝":"𐑅","𐐞":"𐑆","𐐟":"𐑇","𐐠":"𐑈","𐐡":"𐑉","𐐢":"𐑊","𐐣":"𐑋","𐐤":"𐑌","𐐥":"𐑍","𐐦":"𐑎","𐐧":"𐑏","𐒰":"𐓘",
    "𐒱":"𐓙","𐒲":"𐓚","𐒳":"𐓛","𐒴":"𐓜","𐒵":"𐓝","𐒶":"𐓞","𐒷":"𐓟","𐒸":"𐓠","𐒹":"𐓡","𐒺":"𐓢","𐒻":"𐓣","𐒼":"𐓤",
    "𐒽":"𐓥","𐒾":"𐓦","𐒿":"𐓧","𐓀":"𐓨","𐓁":"𐓩","𐓂":"𐓪","𐓃":"𐓫","𐓄":"𐓬","𐓅":"𐓭","𐓆":"𐓮","𐓇":"𐓯","𐓈":"𐓰",
    "𐓉":"𐓱","𐓊":"𐓲","𐓋":"𐓳","𐓌":"𐓴","𐓍":"𐓵","𐓎":"𐓶","𐓏":"𐓷","𐓐":"𐓸","𐓑":"𐓹","𐓒":"𐓺","𐓓":"𐓻","𐕰":"𐖗",
    "𐕱":"𐖘","𐕲":"𐖙","𐕳":"𐖚","𐕴":"𐖛","𐕵":"𐖜","𐕶":"𐖝","𐕷":"𐖞","𐕸":"𐖟","𐕹":"𐖠","𐕺":"𐖡","𐕼":"𐖣","𐕽":"𐖤",
    "𐕾":"𐖥","𐕿":"𐖦","𐖀":"𐖧","𐖁":"𐖨","𐖂":"𐖩","𐖃":"𐖪","𐖄":"𐖫","𐖅":"𐖬","𐖆":"𐖭","𐖇":"𐖮","𐖈":"𐖯","𐖉":"𐖰",
    "𐖊":"𐖱","𐖌":"𐖳","𐖍":"𐖴","𐖎":"𐖵","𐖏":"𐖶","𐖐":"𐖷","𐖑":"𐖸","𐖒":"𐖹","𐖔":"𐖻","𐖕":"𐖼","𐲀":"𐳀","𐲁":"𐳁",
    "𐲂":"𐳂","𐲃":"𐳃","𐲄":"𐳄","𐲅":"𐳅","𐲆":"𐳆","𐲇":"𐳇","𐲈":"𐳈","𐲉":"𐳉","𐲊":"𐳊","𐲋":"𐳋","𐲌":"𐳌","𐲍":"𐳍",
    "𐲎":"𐳎","𐲏":"𐳏","𐲐":"𐳐","𐲑":"𐳑","𐲒":"𐳒","𐲓":"𐳓","𐲔":"𐳔","𐲕":"𐳕","𐲖":"𐳖","𐲗":"𐳗","𐲘":"𐳘","𐲙":"𐳙",
    "𐲚":"𐳚","𐲛":"𐳛","𐲜":"𐳜","𐲝":"𐳝","𐲞":"𐳞","𐲟":"𐳟","𐲠":"𐳠","𐲡":"𐳡","𐲢":"𐳢","𐲣":"𐳣","𐲤":"𐳤","𐲥":"𐳥",
    "𐲦":"𐳦","𐲧":"𐳧","𐲨":"𐳨","𐲩":"𐳩","𐲪":"𐳪","𐲫":"𐳫","𐲬":"𐳬","𐲭":"𐳭","𐲮":"𐳮","𐲯":"𐳯","𐲰":"𐳰","𐲱":"𐳱",
    "𐲲":"𐳲","𐵐":"𐵰","𐵑":"𐵱","𐵒":"𐵲","𐵓":"𐵳","𐵔":"𐵴","𐵕":"𐵵","𐵖":"𐵶","𐵗":"𐵷","𐵘":"𐵸","𐵙":"𐵹","𐵚":"𐵺",
    "𐵛":"𐵻","𐵜":"𐵼","𐵝":"𐵽","𐵞":"𐵾","𐵟":"𐵿","𐵠":"𐶀","𐵡":"𐶁","𐵢":"𐶂","𐵣":"𐶃","𐵤":"𐶄","𐵥":"𐶅","𑢠":"𑣀",
    "𑢡":"𑣁","𑢢":"𑣂","𑢣":"𑣃","𑢤":"𑣄","𑢥":"𑣅","𑢦":"𑣆","𑢧":"𑣇","𑢨":"𑣈","𑢩":"𑣉","𑢪":"𑣊","𑢫":"𑣋","𑢬":"𑣌",
    "𑢭":"𑣍","𑢮":"𑣎","𑢯":"𑣏","𑢰":"𑣐","𑢱":"𑣑","𑢲":"𑣒","𑢳":"𑣓","𑢴":"𑣔","𑢵":"𑣕","𑢶":"𑣖","𑢷":"𑣗","𑢸":"𑣘",
    "𑢹":"𑣙","𑢺":"𑣚","𑢻":"𑣛","𑢼":"𑣜","𑢽":"𑣝","𑢾":"𑣞","𑢿":"𑣟","𖹀":"𖹠","𖹁":"𖹡","𖹂":"𖹢","𖹃":"𖹣","𖹄":"𖹤",
    "𖹅":"𖹥","𖹆":"𖹦","𖹇":"𖹧","𖹈":"𖹨","𖹉":"𖹩","𖹊":"𖹪","𖹋":"𖹫","𖹌":"𖹬","𖹍":"𖹭","𖹎":"𖹮","𖹏":"𖹯","𖹐":"𖹰",
    "𖹑":"𖹱","𖹒":"𖹲","𖹓":"𖹳","𖹔":"𖹴","𖹕":"𖹵","𖹖":"𖹶","𖹗":"𖹷","𖹘":"𖹸","𖹙":"𖹹","𖹚":"𖹺","𖹛":"𖹻","𖹜":"𖹼",
    "𖹝":"𖹽","𖹞":"𖹾","𖹟":"𖹿","𖺠":"𖺻","𖺡":"𖺼","𖺢":"𖺽","𖺣":"𖺾","𖺤":"𖺿","𖺥":"𖻀","𖺦":"𖻁","𖺧":"𖻂","𖺨":"𖻃",
    "𖺩":"𖻄","𖺪":"𖻅","𖺫":"𖻆","𖺬":"𖻇","𖺭":"𖻈","𖺮":"𖻉","𖺯":"𖻊","𖺰":"𖻋","𖺱":"𖻌","𖺲":"𖻍","𖺳":"𖻎","𖺴":"𖻏",
    "𖺵":"𖻐","𖺶":"𖻑","𖺷":"𖻒","𖺸":"𖻓","𞤀":"𞤢","𞤁":"𞤣","𞤂":"𞤤","𞤃":"𞤥","𞤄":"𞤦","𞤅":"𞤧","𞤆":"𞤨","𞤇":"𞤩",
    "𞤈":"𞤪","𞤉":"𞤫","𞤊":"𞤬","𞤋":"𞤭","𞤌":"𞤮","𞤍":"𞤯","𞤎":"𞤰","𞤏":"𞤱","𞤐":"𞤲","𞤑":"𞤳","𞤒":"𞤴","𞤓":"𞤵",
    "𞤔":"𞤶","𞤕":"𞤷","𞤖":"𞤸","𞤗":"𞤹","𞤘":"𞤺","𞤙":"𞤻","𞤚":"𞤼","𞤛":"𞤽","𞤜":"𞤾","𞤝":"𞤿","𞤞":"𞥀","𞤟":"𞥁",
    "𞤠":"𞥂","𞤡":"𞥃"
  }'::jsonb as map) as folds
$function$;

CREATE FUNCTION public.fold(text text)
 RETURNS text
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN (octet_length(text) = length(text)) THEN lower((text COLLATE "C")) ELSE fold_letters(text) END;

CREATE TABLE api_key (
  key_hash bytea NOT NULL,
  merchant_id text NOT NULL,
  key_id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  name text NOT NULL,
  prefix text NOT NULL,
  permissions text[] NOT NULL,
  allowed_ips text[] NOT NULL DEFAULT '{}'::text[],
  user_id integer,
  created_at timestamp with time zone NOT NULL,
  revoked_at timestamp with time zone,
  expires_at timestamp with time zone,
  rotated_at timestamp with time zone,
  last_used_at timestamp with time zone,
  last_used_address text,
  previous_hash bytea,
  previous_until timestamp with time zone,
  previous_used_at timestamp with time zone,
  CONSTRAINT api_key_pkey PRIMARY KEY (key_hash),
  CONSTRAINT api_key_key_id_key UNIQUE (key_id),
  CONSTRAINT api_key_previous_both CHECK ((previous_hash IS NULL) = (previous_until IS NULL))
);
CREATE INDEX api_key_merchant ON api_key USING btree (merchant_id, key_id);
CREATE UNIQUE INDEX api_key_previous ON api_key USING btree (previous_hash);

CREATE TABLE app_user (
  merchant_id text NOT NULL,
  user_id integer NOT NULL,
  login text NOT NULL,
  full_name text NOT NULL,
  icon_url text,
  email text,
  permissions text[] NOT NULL,
  password_hash text,
  document jsonb NOT NULL,
  created_at timestamp with time zone NOT NULL,
  modified_at timestamp with time zone NOT NULL,
  login_lc text COLLATE "C" NOT NULL GENERATED ALWAYS AS (fold(login)) STORED,
  version integer NOT NULL DEFAULT 1,
  password_version integer NOT NULL DEFAULT 0,
  first_password_until timestamp with time zone,
  CONSTRAINT app_user_pkey PRIMARY KEY (merchant_id, user_id),
  CONSTRAINT app_user_login UNIQUE (merchant_id, login_lc)
);
CREATE INDEX app_user_name ON app_user USING btree (merchant_id, fold(full_name), user_id);

CREATE TABLE audit (
  merchant_id text NOT NULL,
  audit_id text NOT NULL,
  state text NOT NULL DEFAULT 'waiting'::text,
  requested_at timestamp with time zone NOT NULL DEFAULT clock_timestamp(),
  started_at timestamp with time zone,
  ended_at timestamp with time zone,
  done_count integer NOT NULL DEFAULT 0,
  total_count integer NOT NULL DEFAULT 0,
  order_count integer NOT NULL DEFAULT 0,
  attempt_count integer NOT NULL DEFAULT 0,
  difference_count integer NOT NULL DEFAULT 0,
  differences json NOT NULL DEFAULT '[]'::json,
  failure_reason text,
  failures smallint NOT NULL DEFAULT 0,
  lease_until timestamp with time zone,
  CONSTRAINT audit_pkey PRIMARY KEY (merchant_id, audit_id),
  CONSTRAINT audit_state_check CHECK (state = ANY (ARRAY['waiting'::text, 'running'::text, 'done'::text, 'failed'::text]))
);
CREATE INDEX audit_list ON audit USING btree (merchant_id, requested_at);
CREATE UNIQUE INDEX audit_open ON audit USING btree (merchant_id) WHERE state = ANY (ARRAY['waiting'::text, 'running'::text]);

CREATE TABLE audit_entry (
  merchant_id text NOT NULL,
  entry_number bigint NOT NULL,
  at timestamp with time zone NOT NULL,
  actor_kind text NOT NULL,
  actor_name text NOT NULL,
  user_id integer,
  application_id text,
  address text,
  request_id text,
  act text NOT NULL,
  object_type text NOT NULL,
  object_id text NOT NULL,
  before json,
  after json,
  previous_hash bytea NOT NULL,
  hash bytea NOT NULL,
  CONSTRAINT audit_entry_pkey PRIMARY KEY (merchant_id, entry_number)
);
CREATE INDEX audit_entry_object ON audit_entry USING btree (merchant_id, object_type, object_id, entry_number);

CREATE TABLE audit_head (
  merchant_id text NOT NULL,
  entry_number bigint NOT NULL,
  hash bytea NOT NULL,
  removed_number bigint,
  removed_hash bytea,
  CONSTRAINT audit_head_pkey PRIMARY KEY (merchant_id)
);

CREATE TABLE auto_order (
  merchant_id text NOT NULL,
  auto_order_oid integer NOT NULL,
  auto_order_code text NOT NULL,
  original_order_id text NOT NULL,
  status text NOT NULL,
  enabled boolean NOT NULL,
  completed boolean NOT NULL DEFAULT false,
  currency text NOT NULL,
  currency_exponent smallint NOT NULL,
  signed_up_at timestamp with time zone NOT NULL,
  created_at timestamp with time zone NOT NULL,
  modified_at timestamp with time zone NOT NULL,
  cancel_after_next_x_orders integer,
  cancel_reason text,
  canceled_by_user text,
  canceled_at timestamp with time zone,
  cancel_upgrade boolean NOT NULL DEFAULT false,
  cancel_downgrade boolean NOT NULL DEFAULT false,
  disabled_at timestamp with time zone,
  merged_at timestamp with time zone,
  merged_into_auto_order_oid integer,
  credit_card_attempt integer NOT NULL DEFAULT 0,
  next_attempt_at timestamp with time zone,
  failure_reason text,
  override_affiliate_id integer,
  rotating_transaction_gateway_code text,
  rebill_count integer NOT NULL DEFAULT 0,
  add_ons jsonb NOT NULL DEFAULT '[]'::jsonb,
  properties jsonb NOT NULL DEFAULT '[]'::jsonb,
  next_shipment_at timestamp with time zone,
  due_at timestamp with time zone,
  version integer NOT NULL DEFAULT 1,
  charged_by_kind text,
  charged_card_mark text,
  paused boolean NOT NULL DEFAULT false,
  state text COLLATE "C" GENERATED ALWAYS AS (
  CASE
      WHEN status = 'disabled'::text AND completed THEN 'completed'::text
      WHEN status <> 'active'::text THEN status
      WHEN failure_reason ~~ 'Cannot rebill: %'::text THEN 'parked'::text
      WHEN next_attempt_at IS NOT NULL THEN 'retrying'::text
      WHEN paused THEN 'paused'::text
      ELSE 'active'::text
  END) STORED,
  planned_attempt_at timestamp with time zone,
  CONSTRAINT auto_order_pkey PRIMARY KEY (merchant_id, auto_order_oid),
  CONSTRAINT auto_order_code UNIQUE (merchant_id, auto_order_code),
  CONSTRAINT auto_order_original_order UNIQUE (merchant_id, original_order_id),
  CONSTRAINT auto_order_status_check CHECK (status = ANY (ARRAY['active'::text, 'canceled'::text, 'disabled'::text, 'merged'::text]))
) WITH (fillfactor=80);
CREATE INDEX auto_order_declines ON auto_order USING btree (merchant_id, credit_card_attempt, auto_order_oid) WHERE credit_card_attempt > 0;
CREATE INDEX auto_order_due ON auto_order USING btree (merchant_id, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX auto_order_failure ON auto_order USING btree (merchant_id, "left"(fold(failure_reason), 100) COLLATE "C", auto_order_oid) WHERE failure_reason IS NOT NULL;
CREATE INDEX auto_order_merged_into ON auto_order USING btree (merchant_id, merged_into_auto_order_oid) WHERE merged_into_auto_order_oid IS NOT NULL;
CREATE INDEX auto_order_modified ON auto_order USING btree (merchant_id, modified_at, auto_order_oid);
CREATE INDEX auto_order_next_shipment ON auto_order USING btree (merchant_id, next_shipment_at, auto_order_oid);
CREATE INDEX auto_order_parked ON auto_order USING btree (merchant_id, auto_order_oid) WHERE failure_reason ~~ 'Cannot rebill: %'::text;
CREATE INDEX auto_order_properties ON auto_order USING gin (properties jsonb_path_ops) WHERE properties <> '[]'::jsonb;
CREATE INDEX auto_order_state ON auto_order USING btree (merchant_id, state, next_shipment_at, auto_order_oid);
CREATE INDEX auto_order_status ON auto_order USING btree (merchant_id, status, auto_order_oid);

CREATE TABLE auto_order_item (
  merchant_id text NOT NULL,
  auto_order_oid integer NOT NULL,
  auto_order_item_oid integer NOT NULL,
  "position" smallint NOT NULL,
  original_item_id text NOT NULL,
  original_quantity numeric NOT NULL,
  arbitrary_item_id text,
  arbitrary_quantity numeric,
  arbitrary_unit_cost bigint,
  arbitrary_unit_cost_remaining_orders integer,
  arbitrary_percentage_discount numeric,
  arbitrary_schedule_days integer,
  frequency text,
  next_shipment_at timestamp with time zone,
  anchor timestamp without time zone NOT NULL,
  next_preshipment_notice_at timestamp with time zone,
  preshipment_notice_sent boolean NOT NULL DEFAULT false,
  no_order_after_at timestamp with time zone,
  first_order_at timestamp with time zone,
  last_order_at timestamp with time zone,
  life_time_value bigint NOT NULL DEFAULT 0,
  rebill_value bigint NOT NULL DEFAULT 0,
  number_of_rebills integer NOT NULL DEFAULT 0,
  remaining_repeat_count integer,
  paused boolean NOT NULL DEFAULT false,
  step_index smallint NOT NULL DEFAULT 0,
  step_done integer NOT NULL DEFAULT 0,
  options jsonb NOT NULL DEFAULT '[]'::jsonb,
  properties jsonb NOT NULL DEFAULT '[]'::jsonb,
  add_ons jsonb NOT NULL DEFAULT '[]'::jsonb,
  paypal_payer_id text,
  paypal_recurring_payment_profile_id text,
  next_item_id text,
  calculated_next_shipment_at timestamp with time zone,
  simple_schedule jsonb,
  missed_until timestamp with time zone,
  original_item_id_lc text COLLATE "C" NOT NULL GENERATED ALWAYS AS (fold(original_item_id)) STORED,
  next_item_id_lc text COLLATE "C" GENERATED ALWAYS AS (fold(next_item_id)) STORED,
  merged_at timestamp with time zone,
  agreed_options jsonb,
  former_shipments_at timestamp with time zone[] NOT NULL DEFAULT '{}'::timestamp with time zone[],
  CONSTRAINT auto_order_item_pkey PRIMARY KEY (merchant_id, auto_order_oid, auto_order_item_oid),
  CONSTRAINT auto_order_item_merchant_id_auto_order_oid_fkey FOREIGN KEY (merchant_id, auto_order_oid) REFERENCES auto_order(merchant_id, auto_order_oid)
) WITH (fillfactor=50);
CREATE INDEX auto_order_item_frequency ON auto_order_item USING btree (merchant_id, frequency, auto_order_oid);
CREATE INDEX auto_order_item_next ON auto_order_item USING btree (merchant_id, next_item_id_lc, auto_order_oid) WHERE next_item_id_lc IS NOT NULL;
CREATE INDEX auto_order_item_original ON auto_order_item USING btree (merchant_id, original_item_id_lc, auto_order_oid);

CREATE TABLE auto_order_log (
  merchant_id text NOT NULL,
  auto_order_oid integer NOT NULL,
  log_id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  at timestamp with time zone NOT NULL,
  message text NOT NULL,
  actor json,
  changes json,
  CONSTRAINT auto_order_log_pkey PRIMARY KEY (merchant_id, auto_order_oid, log_id)
);

CREATE TABLE auto_order_recalculation (
  merchant_id text NOT NULL,
  item_id_lc text COLLATE "C" NOT NULL,
  after_oid integer NOT NULL DEFAULT 0,
  CONSTRAINT auto_order_recalculation_pkey PRIMARY KEY (merchant_id, item_id_lc)
);

CREATE TABLE auto_order_search (
  merchant_id text NOT NULL,
  auto_order_oid integer NOT NULL,
  ordered_at timestamp with time zone NOT NULL,
  paid_at timestamp with time zone,
  customer_profile_oid integer,
  card_type text COLLATE "C",
  screen_branding_theme_code text COLLATE "C",
  billing_first_name text COLLATE "C",
  billing_last_name text COLLATE "C",
  billing_company text COLLATE "C",
  billing_city text COLLATE "C",
  billing_state_region text COLLATE "C",
  billing_postal_code text COLLATE "C",
  billing_country_code text COLLATE "C",
  billing_day_phone text COLLATE "C",
  billing_email text COLLATE "C",
  billing_cc_emails text COLLATE "C",
  shipping_first_name text COLLATE "C",
  shipping_last_name text COLLATE "C",
  shipping_company text COLLATE "C",
  shipping_city text COLLATE "C",
  shipping_state_region text COLLATE "C",
  shipping_postal_code text COLLATE "C",
  shipping_country_code text COLLATE "C",
  card_expires_on date,
  CONSTRAINT auto_order_search_pkey PRIMARY KEY (merchant_id, auto_order_oid),
  CONSTRAINT auto_order_search_merchant_id_auto_order_oid_fkey FOREIGN KEY (merchant_id, auto_order_oid) REFERENCES auto_order(merchant_id, auto_order_oid)
);
CREATE INDEX auto_order_search_billing_cc_emails ON auto_order_search USING btree (merchant_id, billing_cc_emails, auto_order_oid);
CREATE INDEX auto_order_search_billing_city ON auto_order_search USING btree (merchant_id, billing_city, auto_order_oid);
CREATE INDEX auto_order_search_billing_company ON auto_order_search USING btree (merchant_id, billing_company, auto_order_oid);
CREATE INDEX auto_order_search_billing_country_code ON auto_order_search USING btree (merchant_id, billing_country_code, auto_order_oid);
CREATE INDEX auto_order_search_billing_day_phone ON auto_order_search USING btree (merchant_id, billing_day_phone, auto_order_oid);
CREATE INDEX auto_order_search_billing_email ON auto_order_search USING btree (merchant_id, billing_email, auto_order_oid);
CREATE INDEX auto_order_search_billing_first_name ON auto_order_search USING btree (merchant_id, billing_first_name, auto_order_oid);
CREATE INDEX auto_order_search_billing_last_name ON auto_order_search USING btree (merchant_id, billing_last_name, auto_order_oid);
CREATE INDEX auto_order_search_billing_postal_code ON auto_order_search USING btree (merchant_id, billing_postal_code, auto_order_oid);
CREATE INDEX auto_order_search_billing_state_region ON auto_order_search USING btree (merchant_id, billing_state_region, auto_order_oid);
CREATE INDEX auto_order_search_card_expires_on ON auto_order_search USING btree (merchant_id, card_expires_on, auto_order_oid);
CREATE INDEX auto_order_search_card_type ON auto_order_search USING btree (merchant_id, card_type, auto_order_oid);
CREATE INDEX auto_order_search_customer_profile_oid ON auto_order_search USING btree (merchant_id, customer_profile_oid, auto_order_oid);
CREATE INDEX auto_order_search_ordered_at ON auto_order_search USING btree (merchant_id, ordered_at, auto_order_oid);
CREATE INDEX auto_order_search_paid_at ON auto_order_search USING btree (merchant_id, paid_at, auto_order_oid);
CREATE INDEX auto_order_search_screen_branding_theme_code ON auto_order_search USING btree (merchant_id, screen_branding_theme_code, auto_order_oid);
CREATE INDEX auto_order_search_shipping_city ON auto_order_search USING btree (merchant_id, shipping_city, auto_order_oid);
CREATE INDEX auto_order_search_shipping_company ON auto_order_search USING btree (merchant_id, shipping_company, auto_order_oid);
CREATE INDEX auto_order_search_shipping_country_code ON auto_order_search USING btree (merchant_id, shipping_country_code, auto_order_oid);
CREATE INDEX auto_order_search_shipping_first_name ON auto_order_search USING btree (merchant_id, shipping_first_name, auto_order_oid);
CREATE INDEX auto_order_search_shipping_last_name ON auto_order_search USING btree (merchant_id, shipping_last_name, auto_order_oid);
CREATE INDEX auto_order_search_shipping_postal_code ON auto_order_search USING btree (merchant_id, shipping_postal_code, auto_order_oid);
CREATE INDEX auto_order_search_shipping_state_region ON auto_order_search USING btree (merchant_id, shipping_state_region, auto_order_oid);

CREATE TABLE auto_order_search_value (
  merchant_id text NOT NULL,
  kind text NOT NULL,
  value text COLLATE "C" NOT NULL,
  auto_order_oid integer NOT NULL,
  CONSTRAINT auto_order_search_value_pkey PRIMARY KEY (merchant_id, kind, value, auto_order_oid),
  CONSTRAINT auto_order_search_value_kind_check CHECK (kind = ANY (ARRAY['item'::text, 'phone'::text]))
);
CREATE INDEX auto_order_search_value_digits ON auto_order_search_value USING btree (merchant_id, regexp_replace(value, '\D'::text, ''::text, 'g'::text), auto_order_oid) WHERE kind = 'phone'::text;
CREATE INDEX auto_order_search_value_owner ON auto_order_search_value USING btree (merchant_id, auto_order_oid);

CREATE TABLE auto_order_update_job (
  merchant_id text NOT NULL,
  job_id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  auto_order_oid integer NOT NULL,
  body jsonb NOT NULL,
  validate_original_order boolean NOT NULL,
  actor_name text NOT NULL,
  attempts smallint NOT NULL DEFAULT 0,
  CONSTRAINT auto_order_update_job_pkey PRIMARY KEY (merchant_id, job_id)
);
CREATE INDEX auto_order_update_job_order ON auto_order_update_job USING btree (merchant_id, auto_order_oid, job_id);

CREATE TABLE billing_link_key (
  only_one boolean NOT NULL DEFAULT true,
  inner_key bytea NOT NULL,
  outer_key bytea NOT NULL,
  public_url text NOT NULL,
  is_public_url_set boolean NOT NULL DEFAULT false,
  previous_inner_key bytea,
  previous_outer_key bytea,
  previous_until timestamp with time zone,
  CONSTRAINT billing_link_key_pkey PRIMARY KEY (only_one),
  CONSTRAINT billing_link_key_only_one_check CHECK (only_one)
);

CREATE TABLE card_expiry_notice (
  merchant_id text NOT NULL,
  auto_order_oid integer NOT NULL,
  expires_on date NOT NULL,
  noted_at timestamp with time zone NOT NULL,
  CONSTRAINT card_expiry_notice_pkey PRIMARY KEY (merchant_id, auto_order_oid, expires_on)
);

CREATE TABLE card_test (
  merchant_id text NOT NULL,
  key text NOT NULL,
  order_id text NOT NULL,
  card_token text,
  amount_minor bigint NOT NULL,
  currency text NOT NULL,
  requested_at timestamp with time zone NOT NULL,
  gateway text,
  gateway_kind text,
  state text NOT NULL,
  reference text,
  result text,
  reason text,
  code text,
  due_at timestamp with time zone,
  CONSTRAINT card_test_pkey PRIMARY KEY (merchant_id, key),
  CONSTRAINT card_test_result_check CHECK (result = ANY (ARRAY['approved'::text, 'declined'::text])),
  CONSTRAINT card_test_state_check CHECK (state = ANY (ARRAY['asked'::text, 'held'::text, 'ended'::text]))
);
CREATE INDEX card_test_due ON card_test USING btree (merchant_id, due_at) WHERE state <> 'ended'::text;

CREATE TABLE orders (
  merchant_id text NOT NULL,
  order_id text NOT NULL,
  head json NOT NULL,
  affiliates json,
  billing json,
  buysafe json,
  channel_partner json,
  checkout json,
  coupons json,
  current_stage_histories json,
  digital_order json,
  edi json,
  fraud_score json,
  gift json,
  gift_certificate json,
  internal json,
  items json,
  linked_shipment json,
  marketing json,
  payment json,
  point_of_sale json,
  properties json,
  quote json,
  salesforce json,
  shipping json,
  summary json,
  tags json,
  taxes json,
  utms json,
  created_at timestamp with time zone NOT NULL,
  modified_at timestamp with time zone NOT NULL,
  paid_at timestamp with time zone,
  current_stage text NOT NULL,
  currency text NOT NULL,
  total_minor bigint NOT NULL,
  customer_profile_oid integer,
  auto_order_oid integer,
  rebill_number integer,
  card_token text,
  charge_lease_until timestamp with time zone,
  channel_partner_code text COLLATE "C",
  channel_partner_order_id text COLLATE "C",
  facets text[] COLLATE "C" NOT NULL,
  copied_from text,
  rebill_stop text,
  taxed_place text,
  erased_at timestamp with time zone,
  restocked json,
  charge_gone_gateway text,
  charge_is_stranded boolean,
  CONSTRAINT orders_pkey PRIMARY KEY (merchant_id, order_id),
  CONSTRAINT orders_check CHECK ((auto_order_oid IS NULL) = (rebill_number IS NULL))
);
CREATE UNIQUE INDEX orders_channel_partner ON orders USING btree (merchant_id, channel_partner_code, channel_partner_order_id) WHERE channel_partner_order_id IS NOT NULL;
CREATE INDEX orders_charging ON orders USING btree (merchant_id, charge_lease_until) WHERE charge_lease_until IS NOT NULL;
CREATE INDEX orders_created ON orders USING btree (merchant_id, created_at, order_id);
CREATE INDEX orders_customer ON orders USING btree (merchant_id, customer_profile_oid, order_id) WHERE customer_profile_oid IS NOT NULL;
CREATE INDEX orders_facets ON orders USING gin (facets);
CREATE INDEX orders_ordinary ON orders USING btree (merchant_id, created_at, order_id) WHERE auto_order_oid IS NULL;
CREATE INDEX orders_original ON orders USING btree (merchant_id, created_at, order_id) WHERE rebill_number = 0;
CREATE INDEX orders_original_card ON orders USING btree (merchant_id, card_token) WHERE rebill_number = 0 AND card_token IS NOT NULL;
CREATE UNIQUE INDEX orders_rebill ON orders USING btree (merchant_id, auto_order_oid, rebill_number) WHERE auto_order_oid IS NOT NULL;
CREATE INDEX orders_receivable ON orders USING btree (merchant_id, order_id) WHERE current_stage = 'Accounts Receivable'::text AND paid_at IS NULL AND card_token IS NOT NULL;
CREATE INDEX orders_stage ON orders USING btree (merchant_id, current_stage, order_id) WHERE current_stage <> 'Completed Order'::text;

CREATE TABLE chargeback_dispute (
  merchant_id text NOT NULL,
  dispute_oid integer NOT NULL,
  order_id text NOT NULL,
  auto_order_oid integer,
  state text NOT NULL,
  amount_minor bigint NOT NULL,
  currency text NOT NULL,
  charge_reference text,
  gateway_reference text,
  document jsonb NOT NULL,
  opened_at timestamp with time zone NOT NULL,
  due_at timestamp with time zone,
  modified_at timestamp with time zone NOT NULL,
  CONSTRAINT chargeback_dispute_pkey PRIMARY KEY (merchant_id, dispute_oid),
  CONSTRAINT chargeback_dispute_amount_minor_check CHECK (amount_minor > 0),
  CONSTRAINT chargeback_dispute_state_check CHECK (state = ANY (ARRAY['open'::text, 'won'::text, 'lost'::text, 'closed'::text])),
  CONSTRAINT chargeback_dispute_merchant_id_order_id_fkey FOREIGN KEY (merchant_id, order_id) REFERENCES orders(merchant_id, order_id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX chargeback_dispute_gateway ON chargeback_dispute USING btree (merchant_id, gateway_reference) WHERE gateway_reference IS NOT NULL;
CREATE INDEX chargeback_dispute_open ON chargeback_dispute USING btree (merchant_id, auto_order_oid) WHERE state = 'open'::text;
CREATE INDEX chargeback_dispute_order ON chargeback_dispute USING btree (merchant_id, order_id);

CREATE TABLE clock_advance (
  merchant_id text NOT NULL,
  advance_id text NOT NULL,
  from_at timestamp with time zone NOT NULL,
  to_at timestamp with time zone NOT NULL,
  reached_at timestamp with time zone NOT NULL,
  mode_after text NOT NULL,
  state text NOT NULL DEFAULT 'playing'::text,
  failure_reason text,
  rebill_count integer NOT NULL DEFAULT 0,
  decline_count integer NOT NULL DEFAULT 0,
  notice_count integer NOT NULL DEFAULT 0,
  failures smallint NOT NULL DEFAULT 0,
  lease_until timestamp with time zone,
  is_stopping boolean NOT NULL DEFAULT false,
  started_at timestamp with time zone NOT NULL DEFAULT clock_timestamp(),
  CONSTRAINT clock_advance_pkey PRIMARY KEY (merchant_id, advance_id),
  CONSTRAINT clock_advance_check CHECK ((lease_until IS NULL) = (state <> 'playing'::text)),
  CONSTRAINT clock_advance_mode_after_check CHECK (mode_after = ANY (ARRAY['standing'::text, 'running'::text])),
  CONSTRAINT clock_advance_state_check CHECK (state = ANY (ARRAY['playing'::text, 'done'::text, 'failed'::text, 'stopped'::text]))
);
CREATE INDEX clock_advance_list ON clock_advance USING btree (merchant_id, from_at, started_at);
CREATE UNIQUE INDEX clock_advance_playing ON clock_advance USING btree (merchant_id) WHERE state = 'playing'::text;

CREATE TABLE clock_advance_day (
  merchant_id text NOT NULL,
  advance_id text NOT NULL,
  day date NOT NULL,
  currency text NOT NULL,
  paid_count integer NOT NULL,
  declined_count integer NOT NULL,
  notice_count integer NOT NULL,
  total_minor bigint NOT NULL,
  CONSTRAINT clock_advance_day_pkey PRIMARY KEY (merchant_id, advance_id, day, currency)
);

CREATE TABLE continuity (
  only_one boolean NOT NULL DEFAULT true,
  epoch integer NOT NULL DEFAULT 1,
  beat bigint NOT NULL DEFAULT 0,
  beat_at timestamp with time zone,
  stamp_seen bigint NOT NULL DEFAULT 0,
  stamp_offset bigint NOT NULL DEFAULT 0,
  restored_at timestamp with time zone,
  held_reason text,
  lost_since timestamp with time zone,
  CONSTRAINT continuity_pkey PRIMARY KEY (only_one),
  CONSTRAINT continuity_only_one_check CHECK (only_one)
);

CREATE TABLE counter (
  merchant_id text NOT NULL,
  name text NOT NULL,
  value bigint NOT NULL,
  CONSTRAINT counter_pkey PRIMARY KEY (merchant_id, name)
);

CREATE TABLE coupon (
  merchant_id text NOT NULL,
  coupon_oid integer NOT NULL,
  merchant_code text NOT NULL,
  merchant_code_lc text COLLATE "C" NOT NULL GENERATED ALWAYS AS (fold(merchant_code)) STORED,
  document jsonb NOT NULL,
  start_at timestamp with time zone,
  expires_at timestamp with time zone,
  created_at timestamp with time zone NOT NULL,
  modified_at timestamp with time zone NOT NULL,
  version integer NOT NULL DEFAULT 1,
  CONSTRAINT coupon_pkey PRIMARY KEY (merchant_id, coupon_oid),
  CONSTRAINT coupon_merchant_code UNIQUE (merchant_id, merchant_code_lc)
);
CREATE INDEX coupon_description ON coupon USING btree (merchant_id, "left"(fold(document ->> 'description'::text), 100) COLLATE "C", coupon_oid);
CREATE INDEX coupon_expiration ON coupon USING btree (merchant_id, expires_at, coupon_oid);
CREATE INDEX coupon_start ON coupon USING btree (merchant_id, start_at, coupon_oid);

CREATE TABLE coupon_code (
  merchant_id text NOT NULL,
  code_lc text COLLATE "C" NOT NULL,
  code text NOT NULL,
  coupon_oid integer NOT NULL,
  expires_at timestamp with time zone,
  order_id text,
  used_at timestamp with time zone,
  CONSTRAINT coupon_code_pkey PRIMARY KEY (merchant_id, code_lc)
);
CREATE INDEX coupon_code_of ON coupon_code USING btree (merchant_id, coupon_oid, code_lc);
CREATE INDEX coupon_code_order ON coupon_code USING btree (merchant_id, order_id) WHERE order_id IS NOT NULL;

CREATE TABLE coupon_use (
  merchant_id text NOT NULL,
  coupon_oid integer NOT NULL,
  customer_key text COLLATE "C" NOT NULL,
  order_id text NOT NULL,
  used_at timestamp with time zone NOT NULL,
  CONSTRAINT coupon_use_pkey PRIMARY KEY (merchant_id, coupon_oid, customer_key)
);
CREATE INDEX coupon_use_order ON coupon_use USING btree (merchant_id, order_id);

CREATE TABLE customer (
  merchant_id text NOT NULL,
  customer_profile_oid integer NOT NULL,
  email text NOT NULL,
  document jsonb NOT NULL,
  card_tokens jsonb NOT NULL DEFAULT '{}'::jsonb,
  created_at timestamp with time zone NOT NULL,
  modified_at timestamp with time zone NOT NULL,
  email_lc text COLLATE "C" NOT NULL GENERATED ALWAYS AS (fold(email)) STORED,
  version integer NOT NULL DEFAULT 1,
  CONSTRAINT customer_pkey PRIMARY KEY (merchant_id, customer_profile_oid),
  CONSTRAINT customer_email UNIQUE (merchant_id, email_lc)
);
CREATE INDEX customer_company ON customer USING btree (merchant_id, fold(((document -> 'billing'::text) -> 0) ->> 'company'::text) COLLATE "C", customer_profile_oid);
CREATE INDEX customer_created ON customer USING btree (merchant_id, created_at, customer_profile_oid);
CREATE INDEX customer_first_name ON customer USING btree (merchant_id, fold(((document -> 'billing'::text) -> 0) ->> 'first_name'::text) COLLATE "C", customer_profile_oid);
CREATE INDEX customer_last_name ON customer USING btree (merchant_id, fold(((document -> 'billing'::text) -> 0) ->> 'last_name'::text) COLLATE "C", customer_profile_oid);
CREATE INDEX customer_modified ON customer USING btree (merchant_id, modified_at, customer_profile_oid);
CREATE INDEX customer_notes ON customer USING btree (merchant_id, customer_profile_oid) WHERE document ? 'automatic_merchant_notes'::text;
CREATE INDEX customer_phone ON customer USING btree (merchant_id, regexp_replace(((document -> 'billing'::text) -> 0) ->> 'day_phone'::text, '\D'::text, ''::text, 'g'::text) COLLATE "C", customer_profile_oid);

CREATE TABLE customer_adoption (
  merchant_id text NOT NULL,
  customer_profile_oid integer NOT NULL,
  from_profile_oid integer NOT NULL,
  CONSTRAINT customer_adoption_pkey PRIMARY KEY (merchant_id, customer_profile_oid, from_profile_oid)
);

CREATE TABLE digital_item (
  merchant_id text NOT NULL,
  digital_item_oid integer NOT NULL,
  external_id text,
  document jsonb NOT NULL,
  created_at timestamp with time zone NOT NULL,
  modified_at timestamp with time zone NOT NULL,
  CONSTRAINT digital_item_pkey PRIMARY KEY (merchant_id, digital_item_oid)
);
CREATE INDEX digital_item_external ON digital_item USING btree (merchant_id, external_id) WHERE external_id IS NOT NULL;
CREATE INDEX digital_item_modified ON digital_item USING btree (merchant_id, modified_at, digital_item_oid);

CREATE TABLE distribution_center (
  merchant_id text NOT NULL,
  code text NOT NULL,
  distribution_center_oid integer NOT NULL,
  document json NOT NULL,
  CONSTRAINT distribution_center_pkey PRIMARY KEY (merchant_id, code),
  CONSTRAINT distribution_center_merchant_id_distribution_center_oid_key UNIQUE (merchant_id, distribution_center_oid)
);

CREATE TABLE email_list (
  merchant_id text NOT NULL,
  email_list_uuid text NOT NULL,
  name text NOT NULL,
  name_lc text COLLATE "C" NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT email_list_pkey PRIMARY KEY (merchant_id, email_list_uuid),
  CONSTRAINT email_list_name UNIQUE (merchant_id, name_lc)
);

CREATE TABLE email_list_member (
  merchant_id text NOT NULL,
  email_list_uuid text NOT NULL,
  customer_profile_oid integer NOT NULL,
  CONSTRAINT email_list_member_pkey PRIMARY KEY (merchant_id, email_list_uuid, customer_profile_oid),
  CONSTRAINT email_list_member_merchant_id_customer_profile_oid_fkey FOREIGN KEY (merchant_id, customer_profile_oid) REFERENCES customer(merchant_id, customer_profile_oid) ON DELETE CASCADE,
  CONSTRAINT email_list_member_merchant_id_email_list_uuid_fkey FOREIGN KEY (merchant_id, email_list_uuid) REFERENCES email_list(merchant_id, email_list_uuid) ON DELETE CASCADE
);
CREATE INDEX email_list_member_customer ON email_list_member USING btree (merchant_id, customer_profile_oid);

CREATE TABLE event (
  merchant_id text NOT NULL,
  event_id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  stamp xid8 NOT NULL,
  name text NOT NULL,
  object_type text NOT NULL,
  object_id text NOT NULL,
  object_sequence integer NOT NULL,
  at timestamp with time zone NOT NULL,
  recorded_at timestamp with time zone NOT NULL DEFAULT now(),
  data json NOT NULL,
  CONSTRAINT event_pkey PRIMARY KEY (merchant_id, stamp, event_id),
  CONSTRAINT event_object_sequence UNIQUE (merchant_id, object_type, object_id, object_sequence)
);

CREATE TABLE gateway_inactive (
  merchant_id text NOT NULL,
  code text NOT NULL,
  since_at timestamp with time zone NOT NULL,
  until_at timestamp with time zone NOT NULL,
  reason text NOT NULL,
  CONSTRAINT gateway_inactive_pkey PRIMARY KEY (merchant_id, code)
);

CREATE TABLE gateway_report (
  merchant_id text NOT NULL,
  gateway_kind text NOT NULL,
  report_id text NOT NULL,
  report jsonb NOT NULL,
  received_at timestamp with time zone NOT NULL DEFAULT now(),
  attempts smallint NOT NULL DEFAULT 0,
  next_try_at timestamp with time zone,
  outcome text,
  CONSTRAINT gateway_report_pkey PRIMARY KEY (merchant_id, gateway_kind, report_id),
  CONSTRAINT gateway_report_outcome_check CHECK (outcome = ANY (ARRAY['recorded'::text, 'unmatched'::text]))
);
CREATE INDEX gateway_report_pending ON gateway_report USING btree (merchant_id, next_try_at) WHERE next_try_at IS NOT NULL;

CREATE TABLE user_group (
  merchant_id text NOT NULL,
  group_id integer NOT NULL,
  name text NOT NULL,
  permissions text[] NOT NULL,
  document jsonb NOT NULL,
  name_lc text COLLATE "C" NOT NULL GENERATED ALWAYS AS (fold(name)) STORED,
  version integer NOT NULL DEFAULT 1,
  CONSTRAINT user_group_pkey PRIMARY KEY (merchant_id, group_id),
  CONSTRAINT user_group_name UNIQUE (merchant_id, name_lc)
);

CREATE TABLE group_membership (
  merchant_id text NOT NULL,
  group_id integer NOT NULL,
  user_id integer NOT NULL,
  CONSTRAINT group_membership_pkey PRIMARY KEY (merchant_id, group_id, user_id),
  CONSTRAINT group_membership_merchant_id_group_id_fkey FOREIGN KEY (merchant_id, group_id) REFERENCES user_group(merchant_id, group_id) ON DELETE CASCADE,
  CONSTRAINT group_membership_merchant_id_user_id_fkey FOREIGN KEY (merchant_id, user_id) REFERENCES app_user(merchant_id, user_id) ON DELETE CASCADE
);
CREATE INDEX group_membership_user ON group_membership USING btree (merchant_id, user_id);

CREATE TABLE held_auto_order (
  merchant_id text NOT NULL,
  auto_order_oid integer NOT NULL,
  waits_for text NOT NULL,
  CONSTRAINT held_auto_order_pkey PRIMARY KEY (merchant_id, auto_order_oid)
);
CREATE INDEX held_auto_order_reason ON held_auto_order USING btree (merchant_id, waits_for);

CREATE TABLE idempotent_request (
  merchant_id text NOT NULL,
  application_id text NOT NULL,
  idempotency_key text NOT NULL,
  request_hash bytea NOT NULL,
  state text NOT NULL,
  begun_at timestamp with time zone NOT NULL,
  status smallint,
  body text,
  etag text,
  error text,
  refusal_code text,
  CONSTRAINT idempotent_request_pkey PRIMARY KEY (merchant_id, application_id, idempotency_key),
  CONSTRAINT idempotent_request_check CHECK ((state = 'answered'::text) = (status IS NOT NULL)),
  CONSTRAINT idempotent_request_state_check CHECK (state = ANY (ARRAY['begun'::text, 'committed'::text, 'answered'::text]))
);
CREATE INDEX idempotent_request_age ON idempotent_request USING btree (merchant_id, begun_at);

CREATE TABLE installation (
  only_one boolean NOT NULL DEFAULT true,
  seal_fingerprint text NOT NULL,
  CONSTRAINT installation_pkey PRIMARY KEY (only_one),
  CONSTRAINT installation_only_one_check CHECK (only_one)
);

CREATE TABLE item (
  merchant_id text NOT NULL,
  merchant_item_oid integer NOT NULL,
  merchant_item_id text NOT NULL,
  inactive boolean NOT NULL DEFAULT false,
  document jsonb NOT NULL,
  created_at timestamp with time zone NOT NULL,
  modified_at timestamp with time zone NOT NULL,
  merchant_item_id_lc text COLLATE "C" NOT NULL GENERATED ALWAYS AS (fold(merchant_item_id)) STORED,
  version integer NOT NULL DEFAULT 1,
  CONSTRAINT item_pkey PRIMARY KEY (merchant_id, merchant_item_oid),
  CONSTRAINT item_merchant_item_id UNIQUE (merchant_id, merchant_item_id_lc)
);
CREATE INDEX item_description ON item USING btree (merchant_id, "left"(fold(document ->> 'description'::text), 100) COLLATE "C", merchant_item_oid);
CREATE INDEX item_modified ON item USING btree (merchant_id, modified_at, merchant_item_oid);

CREATE TABLE item_review (
  merchant_id text NOT NULL,
  merchant_item_oid integer NOT NULL,
  review_oid integer NOT NULL,
  document jsonb NOT NULL,
  submitted_at timestamp with time zone NOT NULL,
  CONSTRAINT item_review_pkey PRIMARY KEY (merchant_id, merchant_item_oid, review_oid),
  CONSTRAINT item_review_merchant_id_merchant_item_oid_fkey FOREIGN KEY (merchant_id, merchant_item_oid) REFERENCES item(merchant_id, merchant_item_oid) ON DELETE CASCADE
);

CREATE UNLOGGED TABLE login_attempt (
  subject text NOT NULL,
  count integer NOT NULL,
  last_at timestamp with time zone NOT NULL,
  blocked_until timestamp with time zone NOT NULL,
  CONSTRAINT login_attempt_pkey PRIMARY KEY (subject)
);
CREATE INDEX login_attempt_age ON login_attempt USING btree (last_at);

CREATE TABLE mail_removal (
  merchant_id text NOT NULL,
  auto_order_oid integer NOT NULL,
  notice_id bigint NOT NULL,
  made_at timestamp with time zone NOT NULL,
  remove_at timestamp with time zone NOT NULL,
  CONSTRAINT mail_removal_pkey PRIMARY KEY (merchant_id, auto_order_oid, notice_id)
);
CREATE INDEX mail_removal_due ON mail_removal USING btree (merchant_id, remove_at);

CREATE TABLE mail_template (
  merchant_id text NOT NULL,
  kind text NOT NULL,
  language text NOT NULL,
  subject text NOT NULL,
  body text NOT NULL,
  modified_at timestamp with time zone NOT NULL,
  CONSTRAINT mail_template_pkey PRIMARY KEY (merchant_id, kind, language)
);

CREATE TABLE mention_search (
  merchant_id text NOT NULL,
  customer_profile_oid integer NOT NULL,
  emails text[] NOT NULL,
  names text[] NOT NULL,
  begun_at timestamp with time zone NOT NULL,
  pass smallint NOT NULL DEFAULT 1,
  place text,
  after_key text[],
  has_found boolean NOT NULL DEFAULT false,
  table_counts json NOT NULL DEFAULT '{}'::json,
  failures integer NOT NULL DEFAULT 0,
  lease_until timestamp with time zone,
  ended_at timestamp with time zone,
  CONSTRAINT mention_search_pkey PRIMARY KEY (merchant_id, customer_profile_oid)
);
CREATE INDEX mention_search_open ON mention_search USING btree (merchant_id) WHERE ended_at IS NULL;

CREATE TABLE merchant (
  merchant_id text NOT NULL,
  name text NOT NULL,
  time_zone text NOT NULL DEFAULT 'America/New_York'::text,
  currency text NOT NULL DEFAULT 'USD'::text,
  settings jsonb NOT NULL DEFAULT '{}'::jsonb,
  clock_kind text NOT NULL DEFAULT 'real'::text,
  clock_at timestamp with time zone,
  clock_set_at timestamp with time zone,
  created_at timestamp with time zone NOT NULL,
  settings_version integer NOT NULL DEFAULT 1,
  rules_version integer NOT NULL DEFAULT 1,
  CONSTRAINT merchant_pkey PRIMARY KEY (merchant_id),
  CONSTRAINT merchant_check CHECK ((clock_kind = 'real'::text) = (clock_at IS NULL)),
  CONSTRAINT merchant_check1 CHECK ((clock_kind = 'running'::text) = (clock_set_at IS NOT NULL)),
  CONSTRAINT merchant_clock_kind_check CHECK (clock_kind = ANY (ARRAY['real'::text, 'standing'::text, 'running'::text]))
);

CREATE TABLE migration (
  name text NOT NULL,
  checksum text NOT NULL,
  applied_at timestamp with time zone NOT NULL DEFAULT now(),
  is_compatible boolean NOT NULL DEFAULT false,
  CONSTRAINT migration_pkey PRIMARY KEY (name)
);

CREATE TABLE notice (
  merchant_id text NOT NULL,
  auto_order_oid integer NOT NULL,
  notice_id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  kind text NOT NULL,
  made_at timestamp with time zone NOT NULL,
  facts jsonb NOT NULL,
  order_id text,
  email text,
  subject text,
  message_id text,
  skip_reason text,
  delivered_at timestamp with time zone,
  bounced_at timestamp with time zone,
  bounce_type text,
  smtp_response text,
  attempts smallint NOT NULL DEFAULT 0,
  next_try_at timestamp with time zone,
  occasion text,
  cc text[],
  CONSTRAINT notice_pkey PRIMARY KEY (merchant_id, auto_order_oid, notice_id),
  CONSTRAINT notice_kind_check CHECK (kind = ANY (ARRAY['preshipment'::text, 'declined_card'::text, 'confirm_payment'::text, 'card_expiring'::text, 'canceled'::text, 'disabled'::text, 'receipt'::text, 'order_receipt'::text, 'shipment'::text, 'refund'::text, 'verify_email'::text, 'webhook_disabled'::text, 'merchant_declined'::text, 'merchant_expired_card'::text, 'merchant_canceled'::text, 'merchant_parked'::text, 'template_fault'::text, 'account_changed'::text, 'receivable_paid'::text, 'receivable_rejected'::text]))
) WITH (fillfactor=70);
CREATE INDEX notice_bounced ON notice USING btree (merchant_id, bounced_at) WHERE bounced_at IS NOT NULL;
CREATE UNIQUE INDEX notice_occasion ON notice USING btree (merchant_id, occasion) WHERE occasion IS NOT NULL;
CREATE INDEX notice_pending ON notice USING btree (merchant_id, next_try_at) WHERE next_try_at IS NOT NULL;

CREATE TABLE oauth_application (
  client_id text NOT NULL,
  name text NOT NULL,
  description text NOT NULL,
  redirect_uris text[] NOT NULL,
  permissions text[] NOT NULL,
  secret_hash bytea,
  device_scope text,
  created_at timestamp with time zone NOT NULL,
  disabled_at timestamp with time zone,
  kind text NOT NULL DEFAULT 'compatible'::text,
  CONSTRAINT oauth_application_pkey PRIMARY KEY (client_id),
  CONSTRAINT oauth_application_kind_check CHECK (kind = ANY (ARRAY['compatible'::text, 'public'::text, 'confidential'::text]))
);

CREATE TABLE oauth_grant (
  merchant_id text NOT NULL,
  grant_id uuid NOT NULL,
  client_id text NOT NULL,
  user_id integer NOT NULL,
  permissions text[] NOT NULL,
  created_at timestamp with time zone NOT NULL,
  revoked_at timestamp with time zone,
  password_version integer NOT NULL DEFAULT 0,
  CONSTRAINT oauth_grant_pkey PRIMARY KEY (merchant_id, grant_id),
  CONSTRAINT oauth_grant_client_id_fkey FOREIGN KEY (client_id) REFERENCES oauth_application(client_id),
  CONSTRAINT oauth_grant_merchant_id_user_id_fkey FOREIGN KEY (merchant_id, user_id) REFERENCES app_user(merchant_id, user_id) ON DELETE CASCADE
);
CREATE INDEX oauth_grant_user ON oauth_grant USING btree (merchant_id, user_id);

CREATE TABLE oauth_code (
  merchant_id text NOT NULL,
  code_hash bytea NOT NULL,
  grant_id uuid NOT NULL,
  redirect_uri text NOT NULL,
  code_challenge text,
  expires_at timestamp with time zone NOT NULL,
  used_at timestamp with time zone,
  CONSTRAINT oauth_code_pkey PRIMARY KEY (merchant_id, code_hash),
  CONSTRAINT oauth_code_merchant_id_grant_id_fkey FOREIGN KEY (merchant_id, grant_id) REFERENCES oauth_grant(merchant_id, grant_id) ON DELETE CASCADE
);
CREATE INDEX oauth_code_expired ON oauth_code USING btree (merchant_id, expires_at);

CREATE TABLE oauth_device (
  device_hash bytea NOT NULL,
  user_code text NOT NULL,
  client_id text NOT NULL,
  interval_seconds integer NOT NULL,
  poll_after timestamp with time zone NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  state text NOT NULL DEFAULT 'pending'::text,
  merchant_id text,
  grant_id uuid,
  CONSTRAINT oauth_device_pkey PRIMARY KEY (device_hash),
  CONSTRAINT oauth_device_user_code_key UNIQUE (user_code),
  CONSTRAINT oauth_device_check CHECK ((state = 'allowed'::text) = (grant_id IS NOT NULL)),
  CONSTRAINT oauth_device_state_check CHECK (state = ANY (ARRAY['pending'::text, 'allowed'::text, 'denied'::text])),
  CONSTRAINT oauth_device_client_id_fkey FOREIGN KEY (client_id) REFERENCES oauth_application(client_id)
);
CREATE INDEX oauth_device_expired ON oauth_device USING btree (expires_at);

CREATE TABLE oauth_ticket (
  merchant_id text NOT NULL,
  ticket_hash bytea NOT NULL,
  user_id integer NOT NULL,
  client_id text NOT NULL,
  request jsonb NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  password_version integer NOT NULL DEFAULT 0,
  CONSTRAINT oauth_ticket_pkey PRIMARY KEY (merchant_id, ticket_hash),
  CONSTRAINT oauth_ticket_client_id_fkey FOREIGN KEY (client_id) REFERENCES oauth_application(client_id),
  CONSTRAINT oauth_ticket_merchant_id_user_id_fkey FOREIGN KEY (merchant_id, user_id) REFERENCES app_user(merchant_id, user_id) ON DELETE CASCADE
);
CREATE INDEX oauth_ticket_expired ON oauth_ticket USING btree (merchant_id, expires_at);

CREATE TABLE oauth_token (
  merchant_id text NOT NULL,
  token_hash bytea NOT NULL,
  grant_id uuid NOT NULL,
  kind text NOT NULL,
  expires_at timestamp with time zone NOT NULL,
  used_at timestamp with time zone,
  successor_salt bytea,
  permissions text[],
  CONSTRAINT oauth_token_pkey PRIMARY KEY (merchant_id, token_hash),
  CONSTRAINT oauth_token_kind_check CHECK (kind = ANY (ARRAY['access'::text, 'refresh'::text])),
  CONSTRAINT oauth_token_merchant_id_grant_id_fkey FOREIGN KEY (merchant_id, grant_id) REFERENCES oauth_grant(merchant_id, grant_id) ON DELETE CASCADE
);
CREATE INDEX oauth_token_expired ON oauth_token USING btree (merchant_id, expires_at);
CREATE INDEX oauth_token_grant ON oauth_token USING btree (merchant_id, grant_id);

CREATE TABLE once_claim (
  merchant_id text NOT NULL,
  item_id text NOT NULL,
  customer text NOT NULL,
  order_id text NOT NULL,
  CONSTRAINT once_claim_pkey PRIMARY KEY (merchant_id, item_id, customer)
);

CREATE TABLE opening_balance (
  merchant_id text NOT NULL,
  auto_order_item_oid integer NOT NULL,
  rebills integer NOT NULL,
  rebill_value_minor bigint NOT NULL,
  life_time_value_minor bigint NOT NULL,
  first_order_at timestamp with time zone,
  last_order_at timestamp with time zone,
  CONSTRAINT opening_balance_pkey PRIMARY KEY (merchant_id, auto_order_item_oid)
);

CREATE TABLE order_charge (
  merchant_id text NOT NULL,
  key text NOT NULL,
  route text[] NOT NULL,
  requested_at timestamp with time zone NOT NULL,
  CONSTRAINT order_charge_pkey PRIMARY KEY (merchant_id, key)
);

CREATE TABLE order_payment_attempt (
  merchant_id text NOT NULL,
  order_id text NOT NULL,
  attempt integer NOT NULL,
  state text NOT NULL,
  source text NOT NULL,
  retry_day integer,
  amount_minor bigint NOT NULL,
  currency text NOT NULL,
  discount_minor bigint NOT NULL DEFAULT 0,
  coupon json,
  card_token text NOT NULL,
  charged_by_kind text,
  idempotency_key text NOT NULL,
  requested_by text NOT NULL,
  requested_at timestamp with time zone NOT NULL,
  gateway text,
  reference text,
  message text,
  CONSTRAINT order_payment_attempt_pkey PRIMARY KEY (merchant_id, order_id, attempt),
  CONSTRAINT order_payment_attempt_amount_minor_check CHECK (amount_minor > 0 OR state = 'paid'::text),
  CONSTRAINT order_payment_attempt_source_check CHECK (source = ANY (ARRAY['request'::text, 'retry'::text])),
  CONSTRAINT order_payment_attempt_state_check CHECK (state = ANY (ARRAY['charging'::text, 'paid'::text, 'declined'::text])),
  CONSTRAINT order_payment_attempt_merchant_id_order_id_fkey FOREIGN KEY (merchant_id, order_id) REFERENCES orders(merchant_id, order_id) ON DELETE CASCADE
);
CREATE UNIQUE INDEX order_payment_attempt_open ON order_payment_attempt USING btree (merchant_id, order_id) WHERE state = 'charging'::text;
CREATE INDEX order_payment_attempt_retry ON order_payment_attempt USING btree (merchant_id, requested_at) WHERE source = 'retry'::text;

CREATE TABLE order_refund (
  merchant_id text NOT NULL,
  order_id text NOT NULL,
  refund_number integer NOT NULL,
  state text NOT NULL,
  amount_minor bigint NOT NULL,
  currency text NOT NULL,
  gateway text NOT NULL,
  charge_reference text NOT NULL,
  idempotency_key text NOT NULL,
  terms json NOT NULL,
  requested_at timestamp with time zone NOT NULL,
  lease_until timestamp with time zone,
  reference text,
  message text,
  failed_at timestamp with time zone,
  is_stranded boolean,
  CONSTRAINT order_refund_pkey PRIMARY KEY (merchant_id, order_id, refund_number),
  CONSTRAINT order_refund_amount_minor_check CHECK (amount_minor > 0),
  CONSTRAINT order_refund_state_check CHECK (state = ANY (ARRAY['refunding'::text, 'refunded'::text, 'refused'::text, 'failed'::text])),
  CONSTRAINT order_refund_merchant_id_order_id_fkey FOREIGN KEY (merchant_id, order_id) REFERENCES orders(merchant_id, order_id) ON DELETE CASCADE
);
CREATE INDEX order_refund_charge ON order_refund USING btree (merchant_id, charge_reference);
CREATE INDEX order_refund_lease ON order_refund USING btree (merchant_id, lease_until) WHERE state = 'refunding'::text;
CREATE UNIQUE INDEX order_refund_open ON order_refund USING btree (merchant_id, order_id) WHERE state = 'refunding'::text;

CREATE TABLE other_refund (
  merchant_id text NOT NULL,
  order_id text NOT NULL,
  cause_order_id text NOT NULL,
  wishes jsonb NOT NULL,
  lease_until timestamp with time zone NOT NULL,
  CONSTRAINT other_refund_pkey PRIMARY KEY (merchant_id, order_id)
);
CREATE INDEX other_refund_due ON other_refund USING btree (merchant_id, lease_until);

CREATE TABLE parked_auto_order (
  merchant_id text NOT NULL,
  item_id_lc text COLLATE "C" NOT NULL,
  auto_order_oid integer NOT NULL,
  CONSTRAINT parked_auto_order_pkey PRIMARY KEY (merchant_id, item_id_lc, auto_order_oid)
);

CREATE TABLE pricing_tier (
  merchant_id text NOT NULL,
  pricing_tier_oid integer NOT NULL,
  name_lc text COLLATE "C" NOT NULL,
  document jsonb NOT NULL,
  CONSTRAINT pricing_tier_pkey PRIMARY KEY (merchant_id, pricing_tier_oid),
  CONSTRAINT pricing_tier_name UNIQUE (merchant_id, name_lc)
);

CREATE UNLOGGED TABLE rate_bucket (
  bucket text NOT NULL,
  level double precision NOT NULL,
  granted double precision NOT NULL,
  at timestamp with time zone NOT NULL,
  CONSTRAINT rate_bucket_pkey PRIMARY KEY (bucket)
) WITH (fillfactor=50);

CREATE TABLE readiness (
  only_one boolean NOT NULL DEFAULT true,
  probed_at timestamp with time zone NOT NULL,
  CONSTRAINT readiness_pkey PRIMARY KEY (only_one),
  CONSTRAINT readiness_only_one_check CHECK (only_one)
);

CREATE TABLE rebill (
  merchant_id text NOT NULL,
  auto_order_oid integer NOT NULL,
  rebill_number integer NOT NULL,
  state text NOT NULL,
  attempt smallint NOT NULL,
  at timestamp with time zone NOT NULL,
  first_declined_at timestamp with time zone,
  order_id text NOT NULL,
  amount_minor bigint NOT NULL,
  currency text NOT NULL,
  route text[] NOT NULL,
  reference text,
  planned json,
  declines jsonb NOT NULL DEFAULT '[]'::jsonb,
  lease_until timestamp with time zone,
  checks smallint NOT NULL DEFAULT 0,
  edited_fields text[],
  settled_by text,
  moved_from json,
  replanned boolean NOT NULL DEFAULT false,
  epoch integer NOT NULL DEFAULT 1,
  explanation json,
  confirm_until timestamp with time zone,
  gone_gateway text,
  is_stranded boolean,
  CONSTRAINT rebill_pkey PRIMARY KEY (merchant_id, auto_order_oid, rebill_number),
  CONSTRAINT rebill_check CHECK ((lease_until IS NULL) = (state = ANY (ARRAY['paid'::text, 'declined'::text, 'given up'::text, 'invoiced'::text]))),
  CONSTRAINT rebill_confirm_check CHECK (confirm_until IS NULL OR state = 'unknown'::text AND reference IS NOT NULL),
  CONSTRAINT rebill_state_check CHECK (state = ANY (ARRAY['charging'::text, 'unknown'::text, 'paid'::text, 'declined'::text, 'given up'::text, 'invoiced'::text]))
);
CREATE INDEX rebill_declined ON rebill USING btree (merchant_id, at) WHERE state = ANY (ARRAY['declined'::text, 'given up'::text]);
CREATE INDEX rebill_in_flight ON rebill USING btree (merchant_id, auto_order_oid) WHERE lease_until IS NOT NULL;
CREATE INDEX rebill_kept ON rebill USING btree (merchant_id, auto_order_oid) WHERE state = 'declined'::text AND planned IS NOT NULL;
CREATE INDEX rebill_open ON rebill USING btree (merchant_id, lease_until) WHERE lease_until > '-infinity'::timestamp with time zone;

CREATE TABLE receivable_retry (
  merchant_id text NOT NULL,
  order_id text NOT NULL,
  entered_at timestamp with time zone NOT NULL,
  next_at timestamp with time zone,
  last_day integer,
  CONSTRAINT receivable_retry_pkey PRIMARY KEY (merchant_id, order_id),
  CONSTRAINT receivable_retry_merchant_id_order_id_fkey FOREIGN KEY (merchant_id, order_id) REFERENCES orders(merchant_id, order_id) ON DELETE CASCADE
);
CREATE INDEX receivable_retry_due ON receivable_retry USING btree (merchant_id, next_at) WHERE next_at IS NOT NULL;

CREATE TABLE receivable_retry_config (
  merchant_id text NOT NULL,
  config json NOT NULL,
  modified_at timestamp with time zone NOT NULL,
  CONSTRAINT receivable_retry_config_pkey PRIMARY KEY (merchant_id)
);

CREATE TABLE refund_block (
  merchant_id text NOT NULL,
  order_id text NOT NULL,
  reason text,
  set_by text NOT NULL,
  set_at timestamp with time zone NOT NULL,
  CONSTRAINT refund_block_pkey PRIMARY KEY (merchant_id, order_id),
  CONSTRAINT refund_block_merchant_id_order_id_fkey FOREIGN KEY (merchant_id, order_id) REFERENCES orders(merchant_id, order_id) ON DELETE CASCADE
);

CREATE TABLE restored_charge (
  merchant_id text NOT NULL,
  subject text NOT NULL,
  key text NOT NULL,
  gateway_code text NOT NULL,
  reference text NOT NULL,
  is_captured boolean NOT NULL,
  amount_minor bigint NOT NULL,
  currency text NOT NULL,
  order_id text NOT NULL,
  gateway_kind text,
  CONSTRAINT restored_charge_pkey PRIMARY KEY (merchant_id, subject)
);

CREATE TABLE saved_search (
  merchant_id text NOT NULL,
  saved_search_oid integer NOT NULL,
  owner text NOT NULL,
  owner_user_id integer,
  owner_name text NOT NULL,
  name text NOT NULL,
  search jsonb NOT NULL,
  sort text,
  shared boolean NOT NULL,
  created_at timestamp with time zone NOT NULL,
  kind text NOT NULL DEFAULT 'tasks'::text,
  columns text[],
  filters jsonb,
  CONSTRAINT saved_search_pkey PRIMARY KEY (merchant_id, saved_search_oid)
);
CREATE INDEX saved_search_owner ON saved_search USING btree (merchant_id, owner);

CREATE TABLE statistic_day (
  merchant_id text NOT NULL,
  day date NOT NULL,
  currency text NOT NULL,
  paid_count integer NOT NULL DEFAULT 0,
  paid_minor bigint NOT NULL DEFAULT 0,
  declined_count integer NOT NULL DEFAULT 0,
  canceled_count integer NOT NULL DEFAULT 0,
  created_count integer NOT NULL DEFAULT 0,
  active_count integer,
  CONSTRAINT statistic_day_pkey PRIMARY KEY (merchant_id, day, currency)
);

CREATE TABLE statistic_place (
  merchant_id text NOT NULL,
  stamp xid8 NOT NULL,
  event_id bigint NOT NULL,
  CONSTRAINT statistic_place_pkey PRIMARY KEY (merchant_id)
);

CREATE TABLE stock_adjustment (
  merchant_id text NOT NULL,
  merchant_item_oid integer NOT NULL,
  adjustment_oid integer NOT NULL,
  center_code text NOT NULL,
  level_before numeric NOT NULL,
  change numeric NOT NULL,
  reason text NOT NULL,
  adjusted_by text NOT NULL,
  adjusted_at timestamp with time zone NOT NULL,
  CONSTRAINT stock_adjustment_pkey PRIMARY KEY (merchant_id, merchant_item_oid, adjustment_oid),
  CONSTRAINT stock_adjustment_change_check CHECK (change <> 0::numeric),
  CONSTRAINT stock_adjustment_merchant_id_merchant_item_oid_fkey FOREIGN KEY (merchant_id, merchant_item_oid) REFERENCES item(merchant_id, merchant_item_oid) ON DELETE CASCADE
);

CREATE TABLE store_credit (
  merchant_id text NOT NULL,
  customer_profile_oid integer NOT NULL,
  entry_oid integer NOT NULL,
  amount bigint NOT NULL,
  description text NOT NULL,
  entered_at timestamp with time zone NOT NULL,
  vests_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone,
  order_id text,
  is_refund boolean NOT NULL DEFAULT false,
  CONSTRAINT store_credit_pkey PRIMARY KEY (merchant_id, customer_profile_oid, entry_oid),
  CONSTRAINT store_credit_amount_check CHECK (amount > 0),
  CONSTRAINT store_credit_merchant_id_customer_profile_oid_fkey FOREIGN KEY (merchant_id, customer_profile_oid) REFERENCES customer(merchant_id, customer_profile_oid) ON DELETE CASCADE
);

CREATE TABLE store_credit_use (
  merchant_id text NOT NULL,
  customer_profile_oid integer NOT NULL,
  use_oid integer NOT NULL,
  entry_oid integer NOT NULL,
  amount bigint NOT NULL,
  description text NOT NULL,
  order_id text,
  used_at timestamp with time zone NOT NULL,
  purpose text NOT NULL DEFAULT 'payment'::text,
  CONSTRAINT store_credit_use_pkey PRIMARY KEY (merchant_id, customer_profile_oid, use_oid),
  CONSTRAINT store_credit_use_amount_check CHECK (amount <> 0),
  CONSTRAINT store_credit_use_purpose CHECK (purpose = ANY (ARRAY['payment'::text, 'adjustment'::text, 'failed refund'::text])),
  CONSTRAINT store_credit_use_merchant_id_customer_profile_oid_fkey FOREIGN KEY (merchant_id, customer_profile_oid) REFERENCES customer(merchant_id, customer_profile_oid) ON DELETE CASCADE
);
CREATE INDEX store_credit_use_order ON store_credit_use USING btree (merchant_id, order_id) WHERE order_id IS NOT NULL;

CREATE TABLE tax_rate (
  merchant_id text NOT NULL,
  tax_rate_oid integer NOT NULL,
  place_key text COLLATE "C" NOT NULL,
  county_state text COLLATE "C",
  document json NOT NULL,
  CONSTRAINT tax_rate_pkey PRIMARY KEY (merchant_id, tax_rate_oid),
  CONSTRAINT tax_rate_merchant_id_place_key_key UNIQUE (merchant_id, place_key)
);
CREATE INDEX tax_rate_counties ON tax_rate USING btree (merchant_id, county_state) WHERE county_state IS NOT NULL;

CREATE TABLE token_key (
  key_id text NOT NULL,
  secret bytea NOT NULL,
  made_at timestamp with time zone NOT NULL,
  CONSTRAINT token_key_pkey PRIMARY KEY (key_id)
);

CREATE TABLE user_login (
  merchant_id text NOT NULL,
  user_id integer NOT NULL,
  login_id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  login text NOT NULL,
  ip_address text NOT NULL,
  user_agent text NOT NULL,
  at timestamp with time zone NOT NULL,
  CONSTRAINT user_login_pkey PRIMARY KEY (merchant_id, user_id, login_id),
  CONSTRAINT user_login_merchant_id_user_id_fkey FOREIGN KEY (merchant_id, user_id) REFERENCES app_user(merchant_id, user_id) ON DELETE CASCADE
);

CREATE TABLE user_preferences (
  merchant_id text NOT NULL,
  user_id integer NOT NULL,
  preferences jsonb NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  CONSTRAINT user_preferences_pkey PRIMARY KEY (merchant_id, user_id),
  CONSTRAINT user_preferences_merchant_id_user_id_fkey FOREIGN KEY (merchant_id, user_id) REFERENCES app_user(merchant_id, user_id) ON DELETE CASCADE
);

CREATE TABLE user_recovery_code (
  merchant_id text NOT NULL,
  user_id integer NOT NULL,
  code_hash bytea NOT NULL,
  CONSTRAINT user_recovery_code_pkey PRIMARY KEY (merchant_id, user_id, code_hash),
  CONSTRAINT user_recovery_code_merchant_id_user_id_fkey FOREIGN KEY (merchant_id, user_id) REFERENCES app_user(merchant_id, user_id) ON DELETE CASCADE
);

CREATE TABLE user_second_factor (
  merchant_id text NOT NULL,
  user_id integer NOT NULL,
  sealed_secret bytea NOT NULL,
  is_active boolean NOT NULL DEFAULT false,
  last_step bigint NOT NULL DEFAULT 0,
  CONSTRAINT user_second_factor_pkey PRIMARY KEY (merchant_id, user_id),
  CONSTRAINT user_second_factor_merchant_id_user_id_fkey FOREIGN KEY (merchant_id, user_id) REFERENCES app_user(merchant_id, user_id) ON DELETE CASCADE
);

CREATE TABLE user_session (
  merchant_id text NOT NULL,
  session_hash bytea NOT NULL,
  session_id uuid NOT NULL,
  user_id integer NOT NULL,
  created_at timestamp with time zone NOT NULL,
  seen_at timestamp with time zone NOT NULL,
  idle_until timestamp with time zone NOT NULL,
  ends_at timestamp with time zone NOT NULL,
  address text NOT NULL,
  user_agent text NOT NULL,
  CONSTRAINT user_session_pkey PRIMARY KEY (merchant_id, session_hash),
  CONSTRAINT user_session_merchant_id_session_id_key UNIQUE (merchant_id, session_id),
  CONSTRAINT user_session_merchant_id_user_id_fkey FOREIGN KEY (merchant_id, user_id) REFERENCES app_user(merchant_id, user_id) ON DELETE CASCADE
);
CREATE INDEX user_session_expired ON user_session USING btree (merchant_id, idle_until);
CREATE INDEX user_session_user ON user_session USING btree (merchant_id, user_id, created_at);

CREATE TABLE verification_mail (
  merchant_id text NOT NULL,
  customer_profile_oid integer NOT NULL,
  asked_at timestamp with time zone NOT NULL,
  CONSTRAINT verification_mail_pkey PRIMARY KEY (merchant_id, customer_profile_oid, asked_at),
  CONSTRAINT verification_mail_merchant_id_customer_profile_oid_fkey FOREIGN KEY (merchant_id, customer_profile_oid) REFERENCES customer(merchant_id, customer_profile_oid) ON DELETE CASCADE
);

CREATE TABLE waiting_shipment (
  merchant_id text NOT NULL,
  order_id text NOT NULL,
  distribution_center_code text NOT NULL,
  waiting_since timestamp with time zone NOT NULL,
  acknowledged boolean NOT NULL,
  CONSTRAINT waiting_shipment_pkey PRIMARY KEY (merchant_id, order_id, distribution_center_code),
  CONSTRAINT waiting_shipment_merchant_id_order_id_fkey FOREIGN KEY (merchant_id, order_id) REFERENCES orders(merchant_id, order_id) ON DELETE CASCADE
);
CREATE INDEX waiting_shipment_queue ON waiting_shipment USING btree (merchant_id, distribution_center_code, waiting_since, order_id) WHERE NOT acknowledged;

CREATE TABLE webhook (
  merchant_id text NOT NULL,
  webhook_oid integer NOT NULL,
  application_id text NOT NULL,
  webhook_url text NOT NULL,
  authentication_type text NOT NULL,
  basic_username text,
  basic_password bytea,
  iam_access_key text,
  iam_secret_key bytea,
  compress_events boolean NOT NULL,
  maximum_events integer NOT NULL,
  maximum_size integer NOT NULL,
  disabled boolean NOT NULL,
  consecutive_failures integer NOT NULL DEFAULT 0,
  failing_since timestamp with time zone,
  next_retry_at timestamp with time zone,
  place_stamp xid8 NOT NULL,
  place_event_id bigint NOT NULL,
  held_may_be_free boolean NOT NULL DEFAULT false,
  created_at timestamp with time zone NOT NULL,
  owner_user_id integer,
  disabled_reason text,
  CONSTRAINT webhook_pkey PRIMARY KEY (merchant_id, webhook_oid),
  CONSTRAINT webhook_authentication_type_check CHECK (authentication_type = ANY (ARRAY['none'::text, 'basic'::text, 'api user'::text, 'aws iam'::text]))
);
CREATE INDEX webhook_application ON webhook USING btree (merchant_id, application_id, webhook_oid);

CREATE TABLE webhook_delivery (
  merchant_id text NOT NULL,
  delivery_id uuid NOT NULL,
  webhook_oid integer NOT NULL,
  stamps xid8[] NOT NULL,
  event_ids bigint[] NOT NULL,
  objects text[] NOT NULL,
  attempts integer NOT NULL DEFAULT 0,
  next_at timestamp with time zone NOT NULL,
  created_at timestamp with time zone NOT NULL,
  CONSTRAINT webhook_delivery_pkey PRIMARY KEY (merchant_id, delivery_id)
);
CREATE INDEX webhook_delivery_due ON webhook_delivery USING btree (merchant_id, webhook_oid, next_at);

CREATE TABLE webhook_event (
  merchant_id text NOT NULL,
  stamp xid8 NOT NULL,
  event_id bigint NOT NULL,
  expansion text NOT NULL,
  webhook_oids integer[] NOT NULL,
  name text NOT NULL,
  object text NOT NULL,
  payload text NOT NULL,
  recorded_at timestamp with time zone NOT NULL DEFAULT now(),
  CONSTRAINT webhook_event_pkey PRIMARY KEY (merchant_id, stamp, event_id, expansion)
) WITH (toast_tuple_target=8160);
CREATE INDEX webhook_event_recorded ON webhook_event USING btree (merchant_id, recorded_at);

CREATE TABLE webhook_held (
  merchant_id text NOT NULL,
  webhook_oid integer NOT NULL,
  stamp xid8 NOT NULL,
  event_id bigint NOT NULL,
  object text NOT NULL,
  CONSTRAINT webhook_held_pkey PRIMARY KEY (merchant_id, webhook_oid, stamp, event_id),
  CONSTRAINT webhook_held_merchant_id_webhook_oid_fkey FOREIGN KEY (merchant_id, webhook_oid) REFERENCES webhook(merchant_id, webhook_oid) ON DELETE CASCADE
);

CREATE TABLE webhook_log (
  merchant_id text NOT NULL,
  webhook_oid integer NOT NULL,
  log_id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  delivery_id uuid NOT NULL,
  attempt integer NOT NULL,
  delivered_at timestamp with time zone NOT NULL,
  uri text NOT NULL,
  stamps xid8[] NOT NULL,
  event_ids bigint[] NOT NULL,
  event_names text[] NOT NULL,
  objects text[] NOT NULL,
  request_headers json NOT NULL,
  response_headers json NOT NULL,
  response text NOT NULL,
  status_code integer,
  success boolean NOT NULL,
  duration_ms integer NOT NULL,
  queue_delay_ms bigint NOT NULL,
  stamp xid8 DEFAULT event_stamp(),
  CONSTRAINT webhook_log_pkey PRIMARY KEY (merchant_id, webhook_oid, log_id)
);
CREATE INDEX webhook_log_failed ON webhook_log USING btree (merchant_id, delivered_at, log_id) WHERE NOT success;
CREATE INDEX webhook_log_live ON webhook_log USING btree (merchant_id, stamp, log_id);
CREATE INDEX webhook_log_objects ON webhook_log USING gin (objects);
CREATE INDEX webhook_log_request ON webhook_log USING btree (merchant_id, delivery_id, attempt);
CREATE INDEX webhook_log_time ON webhook_log USING btree (merchant_id, delivered_at, log_id);
CREATE INDEX webhook_log_webhook_time ON webhook_log USING btree (merchant_id, webhook_oid, delivered_at, log_id);

CREATE TABLE webhook_reflow (
  merchant_id text NOT NULL,
  webhook_oid integer NOT NULL,
  event_name text NOT NULL,
  after_id text NOT NULL DEFAULT ''::text,
  CONSTRAINT webhook_reflow_pkey PRIMARY KEY (merchant_id, webhook_oid, event_name),
  CONSTRAINT webhook_reflow_merchant_id_webhook_oid_fkey FOREIGN KEY (merchant_id, webhook_oid) REFERENCES webhook(merchant_id, webhook_oid) ON DELETE CASCADE
);

CREATE TABLE webhook_secret (
  merchant_id text NOT NULL,
  webhook_oid integer NOT NULL,
  secret_id integer NOT NULL,
  secret bytea NOT NULL,
  created_at timestamp with time zone NOT NULL,
  expires_at timestamp with time zone,
  CONSTRAINT webhook_secret_pkey PRIMARY KEY (merchant_id, webhook_oid, secret_id),
  CONSTRAINT webhook_secret_merchant_id_webhook_oid_fkey FOREIGN KEY (merchant_id, webhook_oid) REFERENCES webhook(merchant_id, webhook_oid) ON DELETE CASCADE
);

CREATE TABLE webhook_subscription (
  merchant_id text NOT NULL,
  webhook_oid integer NOT NULL,
  event_name text NOT NULL,
  expansion text NOT NULL,
  event_ruler text,
  comments text,
  CONSTRAINT webhook_subscription_pkey PRIMARY KEY (merchant_id, event_name, webhook_oid),
  CONSTRAINT webhook_subscription_merchant_id_webhook_oid_fkey FOREIGN KEY (merchant_id, webhook_oid) REFERENCES webhook(merchant_id, webhook_oid) ON DELETE CASCADE
);
CREATE INDEX webhook_subscription_webhook ON webhook_subscription USING btree (merchant_id, webhook_oid);

CREATE TABLE wish_list_item (
  merchant_id text NOT NULL,
  customer_profile_oid integer NOT NULL,
  customer_wishlist_item_oid integer NOT NULL,
  document jsonb NOT NULL,
  added_at timestamp with time zone NOT NULL,
  CONSTRAINT wish_list_item_pkey PRIMARY KEY (merchant_id, customer_profile_oid, customer_wishlist_item_oid),
  CONSTRAINT wish_list_item_merchant_id_customer_profile_oid_fkey FOREIGN KEY (merchant_id, customer_profile_oid) REFERENCES customer(merchant_id, customer_profile_oid) ON DELETE CASCADE
);

CREATE TABLE workflow_file (
  merchant_id text NOT NULL,
  file_uuid text NOT NULL,
  mime_type text NOT NULL,
  task_uuid text,
  asked_at timestamp with time zone NOT NULL,
  bytes bigint,
  CONSTRAINT workflow_file_pkey PRIMARY KEY (merchant_id, file_uuid)
);
CREATE INDEX workflow_file_waiting ON workflow_file USING btree (merchant_id, asked_at) WHERE task_uuid IS NULL;

CREATE TABLE workflow_history (
  merchant_id text NOT NULL,
  task_uuid text COLLATE "C" NOT NULL,
  history_id bigint NOT NULL GENERATED ALWAYS AS IDENTITY,
  at timestamp with time zone NOT NULL,
  description text NOT NULL,
  ip_address text,
  user_id integer,
  user_name text NOT NULL,
  CONSTRAINT workflow_history_pkey PRIMARY KEY (merchant_id, task_uuid, history_id)
);

CREATE TABLE workflow_number (
  merchant_id text NOT NULL,
  object_type text NOT NULL,
  object_key text NOT NULL,
  value integer NOT NULL,
  CONSTRAINT workflow_number_pkey PRIMARY KEY (merchant_id, object_type, object_key)
);

CREATE TABLE workflow_task (
  merchant_id text NOT NULL,
  global_number integer NOT NULL,
  task_uuid text COLLATE "C" NOT NULL,
  object_number integer,
  name text NOT NULL,
  details text,
  context text,
  object_type text COLLATE "C",
  object_key text COLLATE "C",
  object_id text COLLATE "C",
  object_url text,
  object_email text COLLATE "C",
  assigned_user_id integer,
  assigned_group_id integer,
  related_uuid text,
  dependant_uuid text,
  priority text COLLATE "C" NOT NULL,
  status text COLLATE "C" NOT NULL,
  system_type text COLLATE "C",
  created_at timestamp with time zone NOT NULL,
  updated_at timestamp with time zone NOT NULL,
  due_at timestamp with time zone,
  delay_until timestamp with time zone,
  expires_at timestamp with time zone,
  created_by_user_id integer,
  created_by_name text NOT NULL,
  tags text[] COLLATE "C" NOT NULL,
  properties jsonb NOT NULL,
  attachments jsonb NOT NULL,
  notes jsonb NOT NULL,
  card_mark text,
  version integer NOT NULL,
  is_open boolean NOT NULL GENERATED ALWAYS AS (status = ANY (ARRAY['open'::text, 'delayed'::text, 'awaiting customer feedback'::text])) STORED,
  moves_at timestamp with time zone GENERATED ALWAYS AS (
  CASE
      WHEN status <> ALL (ARRAY['open'::text, 'delayed'::text, 'awaiting customer feedback'::text]) THEN NULL::timestamp with time zone
      WHEN status = 'delayed'::text THEN LEAST(delay_until, expires_at)
      ELSE expires_at
  END) STORED,
  search_text text NOT NULL,
  CONSTRAINT workflow_task_pkey PRIMARY KEY (merchant_id, global_number)
) WITH (autovacuum_vacuum_scale_factor=0.01);
CREATE INDEX workflow_task_created ON workflow_task USING btree (merchant_id, created_at, global_number);
CREATE INDEX workflow_task_delay ON workflow_task USING btree (merchant_id, delay_until, global_number);
CREATE INDEX workflow_task_due ON workflow_task USING btree (merchant_id, due_at, global_number);
CREATE INDEX workflow_task_email ON workflow_task USING btree (merchant_id, object_email, created_at) WHERE object_email IS NOT NULL;
CREATE INDEX workflow_task_group ON workflow_task USING btree (merchant_id, assigned_group_id, status, created_at, global_number);
CREATE INDEX workflow_task_moves ON workflow_task USING btree (merchant_id, moves_at) WHERE moves_at IS NOT NULL;
CREATE INDEX workflow_task_name ON workflow_task USING btree (merchant_id, "left"(fold(name), 100) COLLATE "C", global_number);
CREATE INDEX workflow_task_object ON workflow_task USING btree (merchant_id, object_type, object_id);
CREATE INDEX workflow_task_object_key ON workflow_task USING btree (merchant_id, object_type, object_key);
CREATE INDEX workflow_task_object_sorted ON workflow_task USING btree (merchant_id, "left"(fold(object_id), 100), global_number);
CREATE UNIQUE INDEX workflow_task_one_open ON workflow_task USING btree (merchant_id, object_type, object_key, system_type) WHERE system_type IS NOT NULL AND (status = ANY (ARRAY['open'::text, 'delayed'::text, 'awaiting customer feedback'::text]));
CREATE INDEX workflow_task_priority ON workflow_task USING btree (merchant_id, priority, global_number);
CREATE INDEX workflow_task_status ON workflow_task USING btree (merchant_id, status, created_at, global_number);
CREATE INDEX workflow_task_status_due ON workflow_task USING btree (merchant_id, status, due_at, global_number);
CREATE INDEX workflow_task_status_number ON workflow_task USING btree (merchant_id, status, global_number);
CREATE INDEX workflow_task_status_priority ON workflow_task USING btree (merchant_id, status, priority, due_at, global_number);
CREATE INDEX workflow_task_tags ON workflow_task USING gin (tags);
CREATE INDEX workflow_task_text ON workflow_task USING gin (search_text gin_trgm_ops);
CREATE INDEX workflow_task_updated ON workflow_task USING btree (merchant_id, updated_at, global_number);
CREATE INDEX workflow_task_user ON workflow_task USING btree (merchant_id, assigned_user_id, status, created_at, global_number);
CREATE UNIQUE INDEX workflow_task_uuid ON workflow_task USING btree (merchant_id, task_uuid);

CREATE FUNCTION public.auto_order_emails(of_merchant text, of_oid integer)
 RETURNS text
 LANGUAGE sql
 STABLE PARALLEL SAFE
AS $function$
  select '[' || coalesce(string_agg(json_strip_nulls(json_build_object(
    'email', n.email,
    'subject', n.subject,
    'message_id', n.message_id,
    'send_dts', case when n.delivered_at is not null or n.bounced_at is not null then wire_dts(n.made_at) end,
    'delivered', n.delivered_at is not null,
    'delivery_dts', wire_dts(n.delivered_at),
    'bounce_dts', wire_dts(n.bounced_at),
    'bounce_type', n.bounce_type,
    'bounce_diagnostic_code', case when n.bounced_at is not null then n.smtp_response end,
    'smtp_response', n.smtp_response,
    'skipped', n.skip_reason is not null,
    'skip_reason', n.skip_reason,
    'internal', false
  ))::text, ',' order by n.notice_id), '') || ']'
  from notice n where n.merchant_id = of_merchant and n.auto_order_oid = of_oid
$function$;

CREATE FUNCTION public.billing_signature(claims text)
 RETURNS text
 LANGUAGE sql
 STABLE
AS $function$
  select translate(rtrim(encode(
    sha256(k.outer_key || sha256(k.inner_key || convert_to('perennial: update billing' || chr(10) || claims, 'UTF8'))), 'base64'), '='), '+/', '-_')
  from billing_link_key k
$function$;

CREATE FUNCTION public.console_url()
 RETURNS text
 LANGUAGE sql
 STABLE
AS $function$
  select k.public_url from billing_link_key k
$function$;

CREATE FUNCTION public.decline_entry(attempt smallint, at timestamp with time zone, decline jsonb)
 RETURNS jsonb
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
 SET "TimeZone" TO 'UTC'
AS $function$
  select jsonb_build_object('attempt', attempt, 'at', at) || decline
$function$;

CREATE FUNCTION public.highest_stamp()
 RETURNS bigint
 LANGUAGE sql
 STABLE
AS $function$
  select greatest(
    (select stamp_seen from continuity where only_one),
    (select max(greatest(e.stamp, p.stamp, w.stamp))::text::bigint
     from merchant m
     left join lateral (select stamp from event where merchant_id = m.merchant_id order by stamp desc, event_id desc limit 1) e on true
     left join lateral (select stamp from webhook_event where merchant_id = m.merchant_id order by stamp desc, event_id desc limit 1) p on true
     left join lateral (select max(place_stamp) as stamp from webhook where merchant_id = m.merchant_id) w on true)
  )
$function$;

CREATE FUNCTION public.linked_items(items json, links jsonb)
 RETURNS json
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$
  select json_agg(
    case when l.oid is null then i.item else i.item || jsonb_build_object('item_reference_oid', l.oid) end
    order by i.place)
  from jsonb_array_elements(items::jsonb) with ordinality as i (item, place)
  left join jsonb_to_recordset(links) as l (line bigint, oid int) on l.line = i.place - 1
$function$;

CREATE FUNCTION public.merchant_now(of_merchant text)
 RETURNS timestamp with time zone
 LANGUAGE sql
 STABLE
AS $function$
  select case m.clock_kind when 'standing' then m.clock_at when 'running' then m.clock_at + (clock_timestamp() - m.clock_set_at) else clock_timestamp() end
  from merchant m where m.merchant_id = of_merchant
$function$;

CREATE FUNCTION public.not_an_object(name text, kind text)
 RETURNS text
 LANGUAGE plpgsql
 STABLE
AS $function$
begin
  raise exception using errcode = '22023', message = format('%s is %s instead of an object', name, coalesce('a JSON ' || kind, 'missing'));
end $function$;

CREATE FUNCTION public.shifted(at timestamp with time zone, ms double precision)
 RETURNS timestamp with time zone
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$
  select at + ms * interval '1 millisecond'
$function$;

CREATE FUNCTION public.take_places(count integer)
 RETURNS TABLE(stamp text, event_id bigint)
 LANGUAGE plpgsql
AS $function$
declare
  own text;
  numbers regclass;
begin
  perform pg_advisory_xact_lock_shared(7310203942);
  own := event_stamp()::text;
  numbers := pg_get_serial_sequence('event', 'event_id')::regclass;
  return query select own, nextval(numbers) from generate_series(1, count);
end
$function$;

CREATE FUNCTION public.text_list(list text)
 RETURNS text[]
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE STRICT
AS $function$
  select list::text[]
$function$;

CREATE FUNCTION public.unsettled_on_citus(of_merchant text)
 RETURNS SETOF bigint
 LANGUAGE plpgsql
AS $function$
declare
  known text[] := string_to_array(current_setting('perennial.settled_parts', true), ',');
  node record;
  answer record;
  open_parts text[];
begin
  perform pg_stat_clear_snapshot();
  return query execute
    'select l.transactionid::text::bigint from pg_locks l left join pg_stat_activity a on a.pid = l.pid
     where l.locktype = ''transactionid'' and l.mode = ''ExclusiveLock'' and l.granted
       and (a.pid is null or a.datname = current_database() and a.usesysid is not null)';
  if of_merchant is null then
    return;
  end if;
  for node in execute
    'select n.nodename::text as host, n.nodeport as port, array_agg(t.gid) as parts, array_agg(t.xmin::text::bigint) as transactions
     from pg_dist_transaction t
     join pg_dist_node n on n.groupid = t.groupid and n.noderole = ''primary''
     where t.groupid in (select p.groupid from pg_dist_placement p
       where p.shardid = get_shard_id_for_distribution_column(''merchant'', $1))
     group by 1, 2' using of_merchant
  loop
    continue when node.parts <@ known;
    execute
      'select success, result from master_run_on_worker(array[$1], array[$2],
         array[''select coalesce(string_agg(gid, '''','''' ), '''''''') from pg_prepared_xacts where database = current_database()''], false)'
      into answer using node.host, node.port;
    open_parts := case when answer.success then string_to_array(answer.result, ',') else node.parts end;
    return query
      select r.transaction from unnest(node.parts, node.transactions) as r (part, transaction)
      where r.part = any (open_parts) and r.part <> all (coalesce(known, '{}'));
    perform set_config('perennial.settled_parts', (
      select string_agg(r.part, ',') from unnest(node.parts) as r (part)
      where r.part <> all (open_parts) or r.part = any (known)), false);
  end loop;
end
$function$;

CREATE FUNCTION public.update_billing_url(of_merchant text, of_oid integer)
 RETURNS text
 LANGUAGE sql
 STABLE
AS $function$
  select k.public_url || '/billing/' || c.claims || '.' || billing_signature(c.claims)
  from billing_link_key k
  cross join (
    select of_merchant || '.' || of_oid || '.' || extract(epoch from date_trunc('second', merchant_now(of_merchant) + interval '30 days'))::bigint as claims
  ) c
$function$;

CREATE FUNCTION public.wire_dts(at timestamp with time zone)
 RETURNS json
 LANGUAGE sql
 STABLE PARALLEL SAFE
RETURN to_json(date_trunc('second'::text, at));

CREATE FUNCTION public.wire_money(minor bigint, exponent smallint)
 RETURNS numeric
 LANGUAGE sql
 IMMUTABLE PARALLEL SAFE
RETURN CASE exponent WHEN 2 THEN ((minor)::numeric * 0.01) WHEN 0 THEN (minor)::numeric WHEN 3 THEN ((minor)::numeric * 0.001) ELSE ((minor)::numeric * (10.0 ^ ((- exponent))::numeric)) END;
