package typeset

// substitute is a readable stand-in for a character that CP932 does not have.
// It is printed instead, and the character is reported. The kanji are those
// forms of the 2004 and 2010 character lists (JIS X 0213, joyo kanji) whose
// older printed form is in CP932; the rest are signs that receipts meet.
func substitute(r rune) (string, bool) {
	s, ok := map[rune]string{
		'麵': "麺", '𠮷': "吉", '𠮟': "叱", '塡': "填", '剝': "剥", '頰': "頬", '瘦': "痩", '俠': "侠",
		'嚙': "噛", '囊': "嚢", '摑': "掴", '潑': "溌", '瀆': "涜", '焰': "焔", '簞': "箪", '繡': "繍",
		'蔣': "蒋", '蠟': "蝋", '萊': "莱", '鷗': "鴎", '麴': "麹", '軀': "躯", '醬': "醤", '醱': "醗",
		'顚': "顛", '鹼': "鹸", '屛': "屏", '幷': "并", '搔': "掻", '禱': "祷", '蟬': "蝉", '驒': "騨",
		'倂': "併", '吞': "呑", '噓': "嘘", '姸': "妍", '繫': "繋", '攢': "攅", '灑': "洒", '啞': "唖",
		'ゔ': "ヴ", 'ヷ': "ヴァ", 'ヸ': "ヴィ", 'ヹ': "ヴェ", 'ヺ': "ヴォ", '㋿': "令和",
		'€': "EUR", '©': "(C)", '®': "(R)", '™': "TM", '•': "・", '·': "・", '–': "-", '‒': "-",
		'«': "《", '»': "》", '½': "1/2", '¼': "1/4", '¾': "3/4", '²': "2", '³': "3", '¹': "1",
		'ß': "ss", 'Æ': "AE", 'æ': "ae", 'Ø': "O", 'ø': "o", 'Œ': "OE", 'œ': "oe", 'Ł': "L", 'ł': "l",
		'º': "o", 'ª': "a", '¿': "?", '¡': "!", '₩': "W", '✓': "レ", '✔': "レ", '❤': "♥",
	}[r]
	return s, ok
}
