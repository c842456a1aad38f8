package receipt_test

import (
	"strings"
	"testing"

	"github.com/posagent/posagent/agent/receipt"
)

// training is what the register makes of it in training.
func training(in receipt.Input) receipt.Input {
	in.Training, in.Footer = true, "練習です。領収書ではありません。\nTRAINING. This is no receipt."
	return in
}

// No paper of a training is titled as a receipt, in whichever language.
func TestATrainingIsTitledAsOne(t *testing.T) {
	for language, title := range map[receipt.Language]string{receipt.Japanese: "練習", receipt.English: "TRAINING"} {
		i := training(lunch())
		i.Language, i.Footer = language, ""
		text := strings.ReplaceAll(paper(t, must(t, receipt.For, i), 48), " ", "") // wide letters have gaps
		if !strings.Contains(text, title) || strings.Contains(text, "領収書") || strings.Contains(text, "RECEIPT") {
			t.Errorf("%s:\n%s", language, text)
		}
	}
}
