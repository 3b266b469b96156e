package fake

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"unicode/utf8"
)

// Words that the text check takes exception to. A text with none of them passes.
const (
	RiskyWord     = "代开发票" // risky: a crime
	ReviewWord    = "加微信"  // for review: an advertisement, perhaps
	PoliticalWord = "演示时政" // risky: politics
)

// What the text check saw.
const (
	labelAdvertisement = 10001
	labelPolitics      = 20001
)

// mostText is how many characters are looked at.
const mostText = 2500

// msgSecCheck is msgSecCheck 2.0: it answers at once what it thinks of a text. Where several of the words
// are in it, the first of the constants gives the result, and each has its line in the details.
func (s *Server) msgSecCheck(_ *http.Request, body []byte) answer {
	var q struct {
		Content string `json:"content"`
		Version int    `json:"version"`
		Scene   int    `json:"scene"`
		OpenID  string `json:"openid"`
	}
	if json.Unmarshal(body, &q) != nil {
		return refusal{47001, "data format error"}
	}
	switch {
	case q.Content == "":
		return refusal{44002, "content is empty"}
	case q.Version != 2 || utf8.RuneCountInString(q.Content) > mostText:
		return refusal{40097, "invalid args"}
	case q.Scene < 1 || q.Scene > 4:
		return refusal{40129, "invalid scene"}
	}
	if bad := s.about(q.OpenID); bad != nil {
		return *bad
	}
	s.serial++
	details := []map[string]any{{"strategy": "content_model", "errcode": 0, "suggest": "pass", "label": labelFine, "prob": 90}}
	result := map[string]any{"suggest": "pass", "label": labelFine}
	for _, w := range []struct {
		word, suggest string
		label         int
	}{{RiskyWord, "risky", labelCrime}, {ReviewWord, "review", labelAdvertisement}, {PoliticalWord, "risky", labelPolitics}} {
		if !strings.Contains(q.Content, w.word) {
			continue
		}
		details = append(details, map[string]any{"strategy": "keyword", "errcode": 0, "suggest": w.suggest, "label": w.label, "level": 20, "keyword": w.word})
		if result["label"] == labelFine {
			result = map[string]any{"suggest": w.suggest, "label": w.label}
		}
	}
	return map[string]any{
		"errcode": 0, "errmsg": "ok", "result": result, "detail": details,
		"trace_id": fmt.Sprintf("%08x-fake-%08d", s.opts.Now().Unix(), s.serial),
	}
}
