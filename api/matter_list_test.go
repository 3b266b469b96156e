package api_test

import (
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/testkit/edge"
)

// listed is a matter as lists show it.

type listed struct {
	ID           string
	Words        string
	State        string
	Overdue      bool
	DueInSeconds int64 `json:"due_in_seconds"`
}

// says is a report of some words; anonymity says from whom the name is kept.

func says(words, anonymity string) map[string]any {
	return map[string]any{"category": "repair", "words": words, "anonymity": anonymity}
}

func (c *crew) report(token string, body map[string]any) string {
	c.Helper()
	var m listed
	c.Post(token, "/v1/matters", body).Expect(200).Into(&m)
	return m.ID
}

// moves makes a move of a matter that has seen so many.

func (c *crew) moves(token, id, move string, seen int, more map[string]any) edge.Answer {
	c.Helper()
	body := map[string]any{"seen": seen}
	for k, v := range more {
		body[k] = v
	}
	return c.Post(token, "/v1/matters/"+id+"/"+move, body)
}

func mattersAt(n model.Node) string { return "/v1/nodes/" + digits(n.ID) + "/matters" }

// ledgerOf gives the words of a list's matters, all pages of it.

func (c *crew) ledgerOf(token, path string) (words []string) {
	c.Helper()
	for _, m := range c.pages(token, path) {
		words = append(words, m.Words)
	}
	return words
}

func (c *crew) pages(token, path string) (all []listed) {
	c.Helper()
	sign := "?"
	if strings.Contains(path, "?") {
		sign = "&"
	}
	for cursor := ""; ; {
		var page struct {
			Items []listed
			Next  string
		}
		c.Get(token, path+sign+"cursor="+cursor).Expect(200).Into(&page)
		all = append(all, page.Items...)
		if cursor = page.Next; cursor == "" {
			return all
		}
	}
}

// same fails unless the texts are these, in this order.

func (c *crew) same(what string, got []string, want ...string) {
	c.Helper()
	if !slices.Equal(got, want) {
		c.Errorf("%s: %q, want %q", what, got, want)
	}
}

func TestMatters_anAreaIsListedToWhoWorksOverItAndIsNotThereForOthers(t *testing.T) {
	c := newCrew(t)
	far := c.SignIn(c.Person(c.o.FarUnit, "孙远"))
	c.report(c.volunteer, says("本单元的灯坏了", "named"))
	c.report(far, says("另一个网格的灯坏了", "neighbours"))
	both := []string{"另一个网格的灯坏了", "本单元的灯坏了"}
	here := []string{"本单元的灯坏了"}
	for _, line := range []struct {
		who, token string
		at         model.Node
		want       []string // nil: it is not there
	}{
		{"chief", c.chief, c.o.Unit, here}, {"chief", c.chief, c.o.NextDoor, nil}, {"chief", c.chief, c.o.Grid, nil}, {"chief", c.chief, c.o.Community, nil},
		{"secretary", c.secretary, c.o.Unit, here}, {"secretary", c.secretary, c.o.Grid, here}, {"secretary", c.secretary, c.o.OtherGrid, nil}, {"secretary", c.secretary, c.o.Community, nil},
		{"staff", c.staff, c.o.Community, both}, {"staff", c.staff, c.o.OtherGrid, both[:1]}, {"staff", c.staff, c.o.Unit, here}, {"staff", c.staff, c.o.OtherCommunity, nil},
		{"staff", c.staff, c.o.Street, nil}, {"staff", c.staff, c.o.Building, nil},
		{"foreign staff", c.foreignStaff, c.o.Community, nil}, {"foreign staff", c.foreignStaff, c.o.Unit, nil}, {"foreign chief", c.foreignChief, c.o.Unit, nil},
	} {
		for _, of := range []string{"/matters", "/matter-counts", "/matters.xlsx"} {
			a := c.Get(line.token, "/v1/nodes/"+digits(line.at.ID)+of)
			if line.want == nil {
				a.Refused(404, "node.not_found")
				continue
			}
			a.Expect(200)
		}
		if line.want != nil {
			c.same(line.who+" at "+line.at.Name, c.ledgerOf(line.token, mattersAt(line.at)), line.want...)
		}
	}
	c.Get(c.staff, "/v1/nodes/999999/matters").Refused(404, "node.not_found")
	c.Get(c.admin, mattersAt(c.o.Community)).Refused(403, "role.not_allowed")
}

func TestMatters_whatIsHiddenFromTheChiefReachesNoListCountOrTableOfTheirs(t *testing.T) {
	c := newCrew(t)
	// The chief is the branch's secretary and works for the community as well.
	c.Appoint(c.chiefWho, model.BranchSecretary, c.o.Grid)
	c.Appoint(c.chiefWho, model.CommunityStaff, c.o.Community)
	chief := c.SignIn(c.chiefWho)
	hidden := c.report(c.mei, says("单元长占了消防通道", "chief"))
	c.report(c.volunteer, says("楼道灯坏了", "named"))
	ends := []string{"", "?open=true", "?q=" + url.QueryEscape("消防"), "?category=repair", "?state=reported", "?step=branch"}
	for _, n := range []model.Node{c.o.Unit, c.o.Grid, c.o.Community} {
		for _, end := range ends {
			if all := c.ledgerOf(chief, mattersAt(n)+end); slices.Contains(all, "单元长占了消防通道") {
				t.Errorf("%s%s: the chief is shown it", n.Name, end)
			}
			if all := c.ledgerOf(c.staff, mattersAt(n)+end); !slices.Contains(all, "单元长占了消防通道") {
				t.Errorf("%s%s: the community is not", n.Name, end)
			}
		}
		c.Get(chief, "/v1/nodes/"+digits(n.ID)+"/matter-counts").Expect(200).Has(`"open":1`, `"reported":1`).HasNot(`"open":2`)
		c.Get(c.staff, "/v1/nodes/"+digits(n.ID)+"/matter-counts").Expect(200).Has(`"open":2`, `"reported":2`)
		if rows := c.table(chief, mattersAt(n)+".xlsx"); len(rows) != 2 {
			t.Errorf("%s: the chief's table has %d rows", n.Name, len(rows))
		}
		if rows := c.table(c.staff, mattersAt(n)+".xlsx"); len(rows) != 3 {
			t.Errorf("%s: the community's table has %d rows", n.Name, len(rows))
		}
	}
	if w := c.waiting(chief); w.Total != 1 || w.Matters[0].Words != "楼道灯坏了" {
		t.Errorf("%+v waits for the chief", w)
	}
	if w := c.waiting(c.secretary); w.Total != 1 || w.Matters[0].ID != hidden {
		t.Errorf("%+v waits for the branch", w)
	}
	c.Post(chief, "/v1/matters/"+hidden+"/notes", map[string]any{"words": "我知道是谁"}).Refused(404, "matter.not_found")
}

func TestMatters_pagesHaveNoGapAndNoRepetitionWhileNewOnesCome(t *testing.T) {
	c := newCrew(t)
	w := &world{Kit: c.Kit, Org: c.o}
	var want []string
	for range 25 {
		c.Clock.Move(time.Second)
		want = append([]string{w.matter(c.who)}, want...)
	}
	for _, end := range []string{"?limit=3", "?limit=3&urgent=false&q=" + url.QueryEscape("楼道灯"), "?limit=25", "?limit=3&state=reported&category=repair", "?limit=24&step=chief"} {
		var got []string
		for cursor := ""; ; {
			var page struct {
				Items []listed
				Next  string
			}
			c.Get(c.chief, mattersAt(c.o.Unit)+end+"&cursor="+cursor).Expect(200).Into(&page)
			for _, m := range page.Items {
				got = append(got, m.ID)
			}
			w.matter(c.who) // comes while somebody leafs through
			if cursor = page.Next; cursor == "" {
				break
			}
		}
		if got = slices.DeleteFunc(got, func(id string) bool { return !slices.Contains(want, id) }); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", end, got, want)
		}
	}
	c.Get(c.chief, mattersAt(c.o.Unit)+"?cursor=xyz").Refused(422, "cursor.invalid")
}

// TestMatters_whatIsRareIsFoundHoweverManyMustBeLookedAt: a page looks at so many and no more, and the next

// goes on from there.

func TestMatters_whatIsRareIsFoundHoweverManyMustBeLookedAt(t *testing.T) {
	c := newCrew(t)
	var all []model.Matter
	at := c.Clock.Now()
	for i := range 2600 {
		all = append(all, model.Matter{
			ID: model.NewID(at.Add(-time.Hour)), ReporterID: c.who.ID, Category: "repair", Words: "灯坏了", Anonymity: model.Named, NodeID: c.o.Unit.ID, GridID: c.o.Grid.ID,
			CommunityID: c.o.Community.ID, State: model.MatterClosed, Step: model.ChiefStep, Urgent: i == 2 || i == 2599, CreatedAt: at, ClosedAt: &at,
		})
	}
	c.Tx(func(tx *gorm.DB) error { return model.AddAll(tx, all) })
	var page struct {
		Items []listed
		Next  string
	}
	c.Get(c.secretary, mattersAt(c.o.Grid)+"?urgent=true").Expect(200).Into(&page)
	if len(page.Items) != 1 || page.Next == "" {
		t.Errorf("the first page has %d, and ends with %q", len(page.Items), page.Next)
	}
	if n := len(c.pages(c.secretary, mattersAt(c.o.Grid)+"?urgent=true")); n != 2 {
		t.Errorf("%d found", n)
	}
}

func TestMatters_searchFindsWhatIsSaidAndNothingElse(t *testing.T) {
	c := newCrew(t)
	for _, words := range []string{"3号楼电梯坏了,按键失灵", "电动车充电线乱拉", "物业费涨了100%_没有通知", "WiFi信号箱abC漏电💡危险", "灯"} {
		c.report(c.volunteer, but(says(words, "named"), "place", "小区东门Gate口"))
	}
	found := func(q string) []string {
		return c.ledgerOf(c.chief, mattersAt(c.o.Unit)+"?q="+url.QueryEscape(q))
	}
	c.same("two characters", found("电梯"), "3号楼电梯坏了,按键失灵")
	c.same("over a comma", found("坏了,按键"), "3号楼电梯坏了,按键失灵")
	c.same("digits and Chinese", found("3号楼"), "3号楼电梯坏了,按键失灵")
	c.same("signs mean themselves", found("100%_没"), "物业费涨了100%_没有通知")
	c.same("a percent sign is no wildcard", found("物业%通知"))
	c.same("an underscore is no wildcard", found("物_费涨"))
	c.same("large and small letters", found("wifi信号"), "WiFi信号箱abC漏电💡危险")
	c.same("letters and Chinese", found("箱ABC漏"), "WiFi信号箱abC漏电💡危险")
	c.same("an emoji in the middle", found("漏电💡危险"), "WiFi信号箱abC漏电💡危险")
	c.same("another emoji", found("漏电🔥危险"))
	c.same("both pairs, and not together", found("电动梯坏"))
	c.same("nothing", found("井盖丢失"))
	c.same("with a category", c.ledgerOf(c.chief, mattersAt(c.o.Unit)+"?category=noise&q="+url.QueryEscape("电梯")))
	if n := len(found("东门gate")); n != 5 {
		t.Errorf("%d found by place", n)
	}
	for _, short := range []string{"灯", "💡💡", "%%", "灯💡", "_"} {
		c.Get(c.chief, mattersAt(c.o.Unit)+"?q="+url.QueryEscape(short)).Refused(422, "matter.search_too_short")
		c.Get(c.chief, mattersAt(c.o.Unit)+".xlsx?q="+url.QueryEscape(short)).Refused(422, "matter.search_too_short")
	}
	c.Get(c.chief, mattersAt(c.o.Unit)+"?q="+strings.Repeat("a", 21)).Refused(422, "http.invalid")
	for _, days := range []string{"?from=2026-03-05&until=2026-03-04", "?from=2026-02-30", "?from=0001-01-01", "?until=gestern"} {
		c.Get(c.chief, mattersAt(c.o.Unit)+days).Refused(422, "matter.days_invalid")
	}
	if n := len(c.ledgerOf(c.chief, mattersAt(c.o.Unit)+"?from=2026-03-05&until=2026-03-05")); n != 5 {
		t.Errorf("%d reported today", n)
	}
	for _, days := range []string{"?until=2099-12-31", "?until=9999-12-31", "?from=2026-03-05&until=2199-12-31", "?from=1900-01-01"} {
		if n := len(c.ledgerOf(c.chief, mattersAt(c.o.Unit)+days)); n != 5 {
			c.Errorf("%d until a day that no id can tell: %s", n, days)
		}
	}
	c.same("from a day that no id can tell", c.ledgerOf(c.chief, mattersAt(c.o.Unit)+"?from=2090-01-01"))
	c.same("yesterday", c.ledgerOf(c.chief, mattersAt(c.o.Unit)+"?until=2026-03-04"))
	c.same("contrary wishes", c.ledgerOf(c.chief, mattersAt(c.o.Unit)+"?open=false&state=reported"))
}
