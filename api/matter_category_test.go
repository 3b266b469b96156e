package api_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

type askBody = map[string]any

func aCategory(code string, questions ...askBody) map[string]any {
	return map[string]any{"code": code, "name": "绿化养护", "hint": "树木、草坪", "place": 12, "shared": true, "questions": questions}
}

var fallen = askBody{"place": 1, "words": "有没有压到人?", "kind": "yes_no", "required": true, "stops_at": "yes", "stop_phone": "120", "stop_words": "请马上拨打120。"}

// TestMatterCategory_whatIsThereFromTheBeginning: people read Chinese punctuation between Chinese characters.
func TestMatterCategory_whatIsThereFromTheBeginning(t *testing.T) {
	c := newCrew(t)
	all := string(c.Get(c.mei, "/v1/matter-categories").Expect(200).Body)
	if found := regexp.MustCompile(`\p{Han}[,;:?!].{0,9}`).FindAllString(all, -1); len(found) > 0 || !strings.Contains(all, "受伤？") {
		t.Errorf("%q", found)
	}
}

func TestMatterCategory_madeChangedEndedBegunAndSeenAtOnce(t *testing.T) {
	c := newCrew(t)
	c.Post(c.admin, "/v1/matter-categories", aCategory("greening", fallen)).Expect(200).Has(`"code":"greening"`, "有没有压到人?", `"limits":[]`)
	c.Get(c.mei, "/v1/matter-categories").Expect(200).Has("绿化养护", "120")
	tree := but(aRepair("门口的树倒了"), "category", "greening")
	c.Post(c.mei, "/v1/matters", tree).Refused(422, "matter.unanswered_question")
	answer := func(words string) map[string]any {
		return but(tree, "answers", []askBody{{"place": 1, "answer": words}})
	}
	c.Post(c.mei, "/v1/matters", answer("yes")).Refused(409, "matter.call_first").Has("120")
	var m struct{ ID string }
	c.Post(c.mei, "/v1/matters", answer("no")).Expect(200).Into(&m)

	when := askBody{"place": 3, "words": "什么时候倒的?", "kind": "choice", "choices": []string{"今天", "昨天"}, "required": false}
	c.Post(c.admin, "/v1/matter-categories", but(aCategory("greening", when), "name", "树木养护")).Expect(200).Has("树木养护", "今天").HasNot("有没有压到人?")
	c.Get(c.mei, "/v1/matters/"+m.ID).Expect(200).Has(`"question":"有没有压到人?","answer":"no"`) // in the words of then
	c.Post(c.mei, "/v1/matters", but(tree, "answers", []askBody{{"place": 3, "answer": "前天"}})).Refused(422, "matter.unknown_answer")
	c.Post(c.mei, "/v1/matters", tree).Expect(200)

	c.Post(c.admin, "/v1/matter-categories/greening/end", nil).Expect(200).Has(`"ended_at"`)
	c.Post(c.admin, "/v1/matter-categories/greening/end", nil).Refused(409, "matter_category.ended_already")
	c.Get(c.mei, "/v1/matter-categories").Expect(200).HasNot("树木养护")
	c.Get(c.admin, "/v1/matter-categories/all").Expect(200).Has("树木养护", `"common_limits":[{"category":"","step":"chief","step_title":"单元长","accept_hours":24,"resolve_hours":72}`)
	c.Post(c.mei, "/v1/matters", tree).Refused(422, "matter.unknown_category")
	c.Post(c.chief, "/v1/matters/"+m.ID+"/accept", askBody{"seen": 1}).Expect(200)                // what is reported goes on
	c.Post(c.admin, "/v1/matter-categories", aCategory("greening")).Expect(200).Has(`"ended_at"`) // changing begins nothing
	c.Post(c.admin, "/v1/matter-categories/greening/begin", nil).Expect(200).HasNot(`"ended_at"`)
	c.Post(c.admin, "/v1/matter-categories/greening/begin", nil).Refused(409, "matter_category.open_already")
	c.Post(c.mei, "/v1/matters", tree).Expect(200)
	c.Post(c.admin, "/v1/matter-categories/nothing/end", nil).Refused(404, "matter_category.not_found")
	c.Post(c.admin, "/v1/matter-categories/nothing/begin", nil).Refused(404, "matter_category.not_found")
	c.Post(c.admin, "/v1/matter-categories/%E7%BB%BF%E5%8C%96/end", nil).Refused(404, "matter_category.not_found")
	for _, token := range []string{c.mei, c.chief, c.staff} {
		c.Post(token, "/v1/matter-categories", aCategory("greening")).Refused(403, "role.not_allowed")
		c.Get(token, "/v1/matter-categories/all").Refused(403, "role.not_allowed")
	}
	c.Tx(func(tx *gorm.DB) error {
		var n int64
		err := tx.Model(&model.Audit{}).Where("subject = ? AND node_id = ?", "matter_category", c.o.District.ID).Count(&n).Error
		if n != 5 {
			t.Errorf("%d audit entries at the district, want 5", n)
		}
		return err
	})
}

func TestMatterCategory_refusesWhatNobodyCouldAnswer(t *testing.T) {
	c := newCrew(t)
	text := askBody{"place": 2, "words": "在哪里?", "kind": "text", "required": false}
	choice := askBody{"place": 2, "words": "什么时候?", "kind": "choice", "choices": []string{"白天", "晚上"}, "required": true}
	for what, bad := range map[string]struct {
		q    askBody
		code string
	}{
		"a place twice":                   {but(text, "place", 1), "matter_category.question_place"},
		"a choice without options":        {but(choice, "choices", []string{}), "matter_category.question_options"},
		"a choice of one":                 {but(choice, "choices", []string{"白天"}), "matter_category.question_options"},
		"an option twice":                 {but(choice, "choices", []string{"白天", "白天 "}), "matter_category.question_options"},
		"an option with the stroke":       {but(choice, "choices", []string{"白|天", "晚上"}), "matter_category.question_options"},
		"an empty option":                 {but(choice, "choices", []string{" ", "晚上"}), "text.empty"},
		"options of a text":               {but(text, "choices", []string{"白天", "晚上"}), "matter_category.question_options"},
		"options of yes or no":            {but(but(fallen, "place", 2), "choices", []string{"yes", "maybe"}), "matter_category.question_options"},
		"a stop at what is no option":     {but(but(fallen, "place", 2), "stops_at", "是"), "matter_category.question_stop"},
		"a stop of a text":                {but(but(but(text, "stops_at", "x"), "stop_phone", "120"), "stop_words", "打"), "matter_category.question_stop"},
		"a stop without a phone":          {but(but(fallen, "place", 2), "stop_phone", ""), "matter_category.question_stop"},
		"a stop with a phone of words":    {but(but(fallen, "place", 2), "stop_phone", "一二零"), "matter_category.question_stop"},
		"a stop without words":            {but(but(fallen, "place", 2), "stop_words", " "), "matter_category.question_stop"},
		"a phone of which nobody is told": {but(text, "stop_phone", "120"), "matter_category.question_stop"},
		"a question without words":        {but(text, "words", " "), "text.empty"},
	} {
		t.Log(what)
		c.Post(c.admin, "/v1/matter-categories", aCategory("greening", fallen, bad.q)).Refused(422, bad.code)
	}
	for _, place := range []int{0, 21} {
		c.Post(c.admin, "/v1/matter-categories", aCategory("greening", but(text, "place", place))).Expect(422)
	}
	for _, code := range []string{"", "g", "Greening", "绿化", "a-b", "a b", strings.Repeat("g", 25)} {
		c.Post(c.admin, "/v1/matter-categories", aCategory(code)).Expect(422)
	}
	c.Get(c.admin, "/v1/matter-categories/all").Expect(200).HasNot("绿化养护")
	nine := []string{}
	for i := range model.MostOptions {
		nine = append(nine, string(rune('一'+i))+strings.Repeat("长", model.MaxOption-1))
	}
	c.Post(c.admin, "/v1/matter-categories", aCategory("greening", but(choice, "choices", nine))).Expect(200) // as much as the column must hold
}

func TestMatterCategory_theLastOpenOneCannotBeEndedByTwoAtOnce(t *testing.T) {
	c := newCrew(t)
	c.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.MatterCategory{}).Where("code NOT IN ?", []string{"repair", "other"}).Update("ended_at", testkit.Start).Error
	})
	_, replica := c.Replica()
	answers := make([]edge.Answer, 6)
	c.Race(len(answers), func(i int) {
		url := "/v1/matter-categories/" + []string{"repair", "other"}[i%2] + "/end"
		answers[i] = c.Do([]http.Handler{c.API, replica}[i/2%2], c.admin, "POST", url, nil)
	})
	won := 0
	for _, a := range answers {
		switch code := codeOf(a); {
		case a.Status == http.StatusOK:
			won++
		case code != "matter_category.last_open" && code != "matter_category.ended_already":
			t.Errorf("%d %s", a.Status, a.Body)
		}
	}
	if won != 1 {
		t.Errorf("%d of the last two ended", won)
	}
}

func TestMatterCategory_raceOfChangesLeavesOneWhole(t *testing.T) {
	c := newCrew(t)
	_, replica := c.Replica()
	answers := make([]edge.Answer, 6)
	c.Race(len(answers), func(i int) {
		one, two := but(fallen, "words", string(rune('甲'+i))+"一"), but(but(fallen, "place", 2), "words", string(rune('甲'+i))+"二")
		answers[i] = c.Do([]http.Handler{c.API, replica}[i%2], c.admin, "POST", "/v1/matter-categories", aCategory("greening", one, two))
	})
	c.won(answers, 0, "")
	c.Tx(func(tx *gorm.DB) error {
		got, err := model.MatterCategoryByCode(tx, "greening")
		if err == nil && (len(got.Questions) != 2 || []rune(got.Questions[0].Words)[0] != []rune(got.Questions[1].Words)[0]) {
			t.Errorf("the questions of two changes are mixed: %+v", got.Questions)
		}
		return err
	})
}

// What was told to the officers alone must not be shown to neighbours because the category is shared now.
func TestMatterCategory_sharedNowOffersNothingThatWasReportedBefore(t *testing.T) {
	c := newCrew(t)
	private := but(aCategory("greening"), "shared", false)
	c.Post(c.admin, "/v1/matter-categories", private).Expect(200)
	report := func(words string) string {
		t.Helper()
		var m struct{ ID string }
		c.Post(c.mei, "/v1/matters", but(aRepair(words), "category", "greening")).Expect(200).Into(&m)
		c.Tx(func(tx *gorm.DB) error {
			return tx.Model(&model.Matter{}).Where("id = ?", m.ID).Update("check_state", model.FilePassed).Error
		})
		return "/v1/matters/" + m.ID
	}
	before := report("我家门口的树压坏了窗户")
	c.Move(time.Minute)
	c.Post(c.admin, "/v1/matter-categories", aCategory("greening")).Expect(200).Has(`"shared_since"`)
	c.Move(time.Minute)
	c.Post(c.admin, "/v1/matter-categories", but(aCategory("greening"), "place", 3)).Expect(200).Has(`"shared_since":"2026-03-05T09:01:00+08:00"`)
	after := report("我家门口的树倒了")
	similar := askBody{"category": "greening", "words": "门口的树倒了,压坏了窗户"}
	c.Post(c.volunteer, "/v1/matters/similar", similar).Expect(200).Has("我家门口的树倒了").HasNot("压坏了窗户")
	c.Post(c.volunteer, before+"/join", nil).Refused(404, "matter.not_found")
	c.Post(c.volunteer, after+"/join", nil).Expect(200)
}

func TestMatterLimit_changedCountsFromTheNextStepOn(t *testing.T) {
	c := newCrew(t)
	limit := askBody{"category": "repair", "step": "chief", "accept_hours": 2, "resolve_hours": 5}
	var m struct {
		ID    string
		DueAt time.Time `json:"due_at"`
	}
	c.Post(c.mei, "/v1/matters", aRepair("三楼的灯坏了")).Expect(200).Into(&m)
	c.Post(c.admin, "/v1/matter-limits", limit).Expect(200).Has(`"category":"repair"`, "单元长", `"accept_hours":2`, `"resolve_hours":5`)
	was := m.DueAt
	c.Get(c.mei, "/v1/matters/"+m.ID).Expect(200).Into(&m)
	if !m.DueAt.Equal(was) || !was.Equal(testkit.Start.Add(24*time.Hour)) {
		t.Errorf("a running limit moved from %s to %s", was, m.DueAt)
	}
	c.Post(c.chief, "/v1/matters/"+m.ID+"/accept", askBody{"seen": 1}).Expect(200).Into(&m)
	if want := testkit.Start.Add(5 * time.Hour); !m.DueAt.Equal(want) {
		t.Errorf("due at %s after the change, want %s", m.DueAt, want)
	}
	c.Post(c.admin, "/v1/matter-limits", but(limit, "accept_hours", 3)).Expect(200)
	c.Get(c.admin, "/v1/matter-categories/all").Expect(200).Has(`"limits":[{"category":"repair","step":"chief","step_title":"单元长","accept_hours":3,"resolve_hours":5}]`)
	c.Post(c.admin, "/v1/matter-limits", but(limit, "category", "")).Expect(200).Has(`"category":""`)
	c.Post(c.mei, "/v1/matters", but(aRepair("有人放音响"), "category", "noise")).Expect(200).Into(&m)
	if want := testkit.Start.Add(2 * time.Hour); !m.DueAt.Equal(want) {
		t.Errorf("due at %s by the common limit, want %s", m.DueAt, want)
	}
	for name, bad := range map[string][]any{"accept_hours": {0, 2161}, "resolve_hours": {0, 2161}, "step": {"street", ""}} {
		for _, b := range bad {
			c.Post(c.admin, "/v1/matter-limits", but(limit, name, b)).Expect(422)
		}
	}
	for _, code := range []string{"nothing", "绿化"} {
		c.Post(c.admin, "/v1/matter-limits", but(limit, "category", code)).Refused(422, "matter.unknown_category")
	}
	c.Post(c.staff, "/v1/matter-limits", limit).Refused(403, "role.not_allowed")
	c.Tx(func(tx *gorm.DB) error {
		var n int64
		err := tx.Model(&model.Audit{}).Where("action = ? AND node_id = ?", "matter_limit.change", c.o.District.ID).Count(&n).Error
		if n != 3 {
			t.Errorf("%d audit entries at the district, want 3", n)
		}
		return err
	})
}

func TestMatterLimit_aCategorysOwnIsTakenAwayAgain(t *testing.T) {
	c := newCrew(t)
	limit := askBody{"category": "repair", "step": "chief", "accept_hours": 2, "resolve_hours": 5}
	own := askBody{"category": "repair", "step": "chief"}
	var m struct {
		ID    string
		DueAt time.Time `json:"due_at"`
	}
	c.Post(c.admin, "/v1/matter-limits/drop", own).Refused(409, "matter_limit.not_its_own")
	c.Post(c.admin, "/v1/matter-limits", limit).Expect(200)
	c.Post(c.mei, "/v1/matters", aRepair("三楼的灯坏了")).Expect(200).Into(&m)
	was := m.DueAt
	c.Post(c.admin, "/v1/matter-limits/drop", own).Expect(200).Has(`"category":""`, `"accept_hours":24`, `"resolve_hours":72`)
	c.Get(c.admin, "/v1/matter-categories/all").Expect(200).HasNot(`"category":"repair"`)
	c.Get(c.mei, "/v1/matters/"+m.ID).Expect(200).Into(&m)
	if !m.DueAt.Equal(was) {
		t.Errorf("a running limit moved from %s to %s", was, m.DueAt)
	}
	c.Post(c.chief, "/v1/matters/"+m.ID+"/accept", askBody{"seen": 1}).Expect(200).Into(&m)
	if want := testkit.Start.Add(72 * time.Hour); !m.DueAt.Equal(want) {
		t.Errorf("due at %s, want %s by the common limit", m.DueAt, want)
	}
	c.Post(c.admin, "/v1/matter-limits/drop", own).Refused(409, "matter_limit.not_its_own")
	c.Post(c.admin, "/v1/matter-limits/drop", but(own, "category", "nothing")).Refused(422, "matter.unknown_category")
	c.Post(c.admin, "/v1/matter-limits/drop", but(own, "category", "")).Refused(422, "http.invalid") // the common one stays
	c.Post(c.staff, "/v1/matter-limits/drop", own).Refused(403, "role.not_allowed")
}

// A word that the column of codes can't hold is refused like any other that is no category, on every engine.
func TestMatterCategory_ofLettersThatNoCodeHas(t *testing.T) {
	c := newCrew(t)
	c.Post(c.mei, "/v1/matters", but(aRepair("三楼的灯坏了"), "category", "绿化")).Refused(422, "matter.unknown_category")
	c.Post(c.mei, "/v1/matters/similar", askBody{"category": "绿化", "words": "三楼的灯坏了"}).Refused(422, "matter.unknown_category")
}
