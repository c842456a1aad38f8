package wedge_test

import (
	"os"
	"testing"

	"github.com/posagent/posagent/drivers/scanner/imager"
	"github.com/posagent/posagent/drivers/scanner/wedge"
)

// The picture in the documents is the calibration code.
func TestPrintedCalibrationCode(t *testing.T) {
	f, err := os.Open("../../../docs/images/calibration.png")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	scan, err := imager.New(imager.Limits{}).Read(t.Context(), f, "")
	if err != nil {
		t.Fatal(err)
	}
	if got := string([]byte(scan.Data)); got != wedge.CalibrationCode {
		t.Errorf("docs/images/calibration.png says %q, want %q", got, wedge.CalibrationCode)
	}
}
