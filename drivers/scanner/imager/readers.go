package imager

import (
	"context"
	"fmt"

	"github.com/makiuchi-d/gozxing"
	"github.com/makiuchi-d/gozxing/oned"
	"github.com/makiuchi-d/gozxing/qrcode/decoder"
	"github.com/makiuchi-d/gozxing/qrcode/detector"
)

// qr searches one QR code in one view. Its three corners come from this
// package's own bounded search; sampling and decoding are gozxing's.
func qr(of view, by binarise) func(context.Context, *views) (found, error) {
	return func(ctx context.Context, v *views) (found, error) {
		p, err := of(v)
		if err != nil {
			return found{}, err
		}
		matrix, err := by(p).GetBlackMatrix()
		if err != nil {
			return found{}, err
		}
		corners, err := findCorners(ctx, matrix)
		if err != nil {
			return found{}, err
		}
		return sample(matrix, corners)
	}
}

// sample decodes the code whose corners are known.
func sample(matrix *gozxing.BitMatrix, corners *detector.FinderPatternInfo) (found, error) {
	grid, err := detector.NewDetector(matrix).ProcessFinderPatternInfo(corners)
	if err != nil {
		return found{}, err
	}
	code, err := decoder.NewDecoder().DecodeWithoutHint(grid.GetBits())
	if err != nil {
		return found{}, err
	}
	return found{text: code.GetText(), aim: fmt.Sprintf("]Q%d", code.GetSymbologyModifier())}, nil
}

// code128 searches one Code 128 that lies across a view, in fifteen rows. With
// hard it looks at up to 256 rows, and a view without a code costs sixty times
// as much.
func code128(of view, hard bool) func(context.Context, *views) (found, error) {
	hints := map[gozxing.DecodeHintType]any{}
	if hard {
		hints[gozxing.DecodeHintType_TRY_HARDER] = true
	}
	return func(_ context.Context, v *views) (found, error) {
		p, err := of(v)
		if err != nil {
			return found{}, err
		}
		bitmap, err := gozxing.NewBinaryBitmap(hybrid(p))
		if err != nil {
			return found{}, err
		}
		code, err := oned.NewCode128Reader().Decode(bitmap, hints)
		if err != nil {
			return found{}, err
		}
		aim, ok := code.GetResultMetadata()[gozxing.ResultMetadataType_SYMBOLOGY_IDENTIFIER].(string)
		if !ok {
			aim = "]C0"
		}
		return found{text: code.GetText(), aim: aim}, nil
	}
}
