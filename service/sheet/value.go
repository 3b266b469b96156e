package sheet

import (
	"encoding/xml"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"

	"github.com/xuri/excelize/v2"
)

// moment says what of a date a number format shows.
type moment uint8

const (
	day moment = 1 << iota
	clock
)

const (
	lastSerial  = 2_958_466 // the day after 9999-12-31
	exactBelow  = 1e15      // Excel keeps 15 digits of a number
	secondsADay = 24 * 60 * 60
	maxStyles   = 65_536
)

// show gives a cell's stored text in the form that Read promises.
func (b *workbook) show(kind string, style int, stored string) (string, error) {
	if stored == "" {
		return "", nil
	}
	switch kind {
	case "s":
		i, err := strconv.Atoi(strings.TrimSpace(stored))
		if err != nil {
			return "", errCells
		}
		text, err := b.texts.at(i)
		return unescape(text), err
	case "b":
		if stored == "1" || stored == "true" {
			return "TRUE", nil
		}
		return "FALSE", nil
	case "d":
		return strings.TrimSuffix(strings.Replace(stored, "T", " ", 1), " 00:00:00"), nil
	case "", "n":
		shown := moment(0)
		if style >= 0 && style < len(b.moments) {
			shown = b.moments[style]
		}
		return number(stored, shown, b.date1904), nil
	}
	return unescape(stored), nil
}

// number writes a stored number in plain digits, or as the date that its format shows. One that is
// too long for Excel to have kept stays in the E form, which pick refuses.
func number(stored string, shown moment, date1904 bool) string {
	v, err := strconv.ParseFloat(strings.TrimSpace(stored), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return stored
	}
	if shown != 0 && v >= 0 && v < lastSerial {
		return date(v, shown, date1904)
	}
	if math.Abs(v) >= exactBelow {
		return strconv.FormatFloat(v, 'E', -1, 64)
	}
	// 0.1+0.2 is stored as 0.30000000000000004 and shown as 0.3.
	v, _ = strconv.ParseFloat(strconv.FormatFloat(v, 'g', 15, 64), 64)
	return strconv.FormatFloat(v, 'f', -1, 64)
}

func date(serial float64, shown moment, date1904 bool) string {
	if shown == clock { // also hours beyond a day, as a duration shows them
		s := int64(math.Round(serial * secondsADay))
		return fmt.Sprintf("%02d:%02d:%02d", s/3600, s/60%60, s%60)
	}
	t, err := excelize.ExcelDateToTime(serial, date1904)
	if err != nil {
		return strconv.FormatFloat(serial, 'f', -1, 64)
	}
	if shown&clock == 0 || t.Hour()+t.Minute()+t.Second() == 0 {
		return t.Format(time.DateOnly)
	}
	return t.Format(time.DateTime)
}

var escaped = regexp.MustCompile(`_x[0-9A-Fa-f]{4}_`)

// unescape reads the form in which a workbook keeps characters that XML does not.
func unescape(text string) string {
	if !strings.Contains(text, "_x") {
		return text
	}
	return escaped.ReplaceAllStringFunc(text, func(m string) string {
		code, _ := strconv.ParseUint(m[2:6], 16, 32)
		return string(rune(code)) //nolint:gosec // four hexadecimal digits
	})
}

func (b *workbook) readStyles(name string) error {
	formats := make(map[int]moment)
	return b.parts.each(name, func(parent string, e xml.StartElement) error {
		id, _ := strconv.Atoi(attr(e, "numFmtId"))
		switch {
		case parent == "numFmts" && e.Name.Local == "numFmt":
			formats[id] = momentOf(attr(e, "formatCode"))
		case parent == "cellXfs" && e.Name.Local == "xf":
			shown, own := formats[id]
			if !own {
				shown = builtIn(id)
			}
			b.moments = append(b.moments, shown)
		}
		if len(formats) > maxStyles || len(b.moments) > maxStyles {
			return ErrBroken
		}
		return nil
	})
}

// builtIn knows the formats that a file names by number only, those of Chinese Excel included.
func builtIn(id int) moment {
	switch {
	case id == 22:
		return day | clock
	case id >= 14 && id <= 17, id >= 27 && id <= 31, id == 36, id >= 50 && id <= 54, id == 57, id == 58:
		return day
	case id >= 18 && id <= 21, id >= 32 && id <= 35, id >= 45 && id <= 47, id == 55, id == 56:
		return clock
	}
	return 0
}

// quiet is what a format code shows as it stands, colours, conditions and languages.
var quiet = regexp.MustCompile(`"[^"]*"|[\\_*].|\[[^\]]{3,}\]`)

// momentOf reads a format code such as `yyyy"年"m"月"d"日"`.
func momentOf(code string) (shown moment) {
	code, _, _ = strings.Cut(quiet.ReplaceAllString(code, ""), ";")
	code = strings.ToLower(code)
	if strings.ContainsAny(code, "yd") {
		shown |= day
	}
	if strings.ContainsAny(code, "hs") {
		shown |= clock
	}
	if shown == 0 && strings.Contains(code, "m") {
		shown = day
	}
	return shown
}
