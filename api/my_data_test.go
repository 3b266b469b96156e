package api_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"gorm.io/gorm"
	"gorm.io/gorm/schema"

	"danyuan/model"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

func TestMyData_isWholeAndMineOnly(t *testing.T) {
	k := edge.New(t)
	o := k.Org()
	p := k.Person(o.Unit, "李小梅", whole)
	k.Person(o.Unit, "王大力", testkit.Phone("13900000099"))
	k.Appoint(p, model.UnitChief, o.Unit)
	k.Show(p, o.Unit)
	number := "YJ2026-000001"
	choir := "夕阳红合唱队"
	k.Tx(func(tx *gorm.DB) error {
		a := model.Association{NodeID: o.Unit.ID, Kind: model.ArtsAssociation, Name: choir, LeadID: p.ID, FoundedAt: k.Clock.Now()}
		if err := model.FoundAssociation(tx, &a); err != nil {
			return err
		}
		act := model.Activity{NodeID: o.Unit.ID, AssociationID: &a.ID, Kind: "culture", Title: "重阳节演出", Place: "广场", StartsAt: k.Clock.Now(), EndsAt: k.Clock.Now(), Audience: model.ForEverybody, MadeAt: k.Clock.Now()}
		if err := model.MakeActivity(tx, &act); err != nil {
			return err
		}
		return tx.Create(&model.SignUp{ActivityID: act.ID, PersonID: p.ID, State: model.Seated, Way: model.SignedBySelf, Turn: 1, SignedAt: k.Clock.Now()}).Error
	})
	k.Tx(func(tx *gorm.DB) error {
		w := model.WorkUnit{Name: "市第一中学", CreatedAt: k.Clock.Now()}
		if err := tx.Create(&w).Error; err != nil {
			return err
		}
		return tx.Create(&model.CheckIn{
			PersonID: p.ID, CommunityID: o.Community.ID, WorkUnitID: w.ID, State: model.CheckInAccepted, AppliedAt: k.Clock.Now(),
			ReceiptNumber: &number, ReceiptCode: "SECRET-CODE", OpenPersonID: &p.ID,
		}).Error
	})
	token := k.SignIn(p)
	k.Get(token, "/v1/me/data").Expect(200).Has(
		"13900000001", "34080319500131001X", "1950-01-31", "安徽省安庆市", `"membership":"member"`, `"room":"101"`,
		"单元长", `"way":"phone"`, "identity_display", "有事找我", "市第一中学", "先锋社区", number, choir, "重阳节演出", `"sessions":1`,
	).HasNot("13900000099", "王大力", "session-key")
}

// TestMyData_hasServiceAndPointsWhole: what somebody has done, asked to have corrected, earned and spent is theirs to take
// away, not only to look at page by page.
func TestMyData_hasServiceAndPointsWhole(t *testing.T) {
	w := newWorld(t)
	w.correction()
	w.Earn(w.Neighbour, w.Community, 40)
	const many = 130 // more than any page has
	for range many {
		w.Earn(w.Resident, w.Community, 1)
	}
	var data struct {
		Hours, Corrections []struct{ Content string }
		Points             []struct{ Amount, Balance int64 }
	}
	w.Get(w.SignIn(w.Resident), "/v1/me/data").Expect(200).Into(&data)
	if len(data.Hours) != 1 || data.Hours[0].Content != "夜间巡楼" || len(data.Corrections) != 1 || data.Corrections[0].Content != "夜间巡楼两小时" {
		t.Errorf("%+v", data)
	}
	if n := len(data.Points); n != many || data.Points[0].Balance != 1 || data.Points[n-1].Balance != many {
		t.Errorf("%d lines: %+v", n, data.Points)
	}
}

func TestMyData_ofAUserWhoIsNobodyYet(t *testing.T) {
	k := edge.New(t)
	user := k.Stranger("mei")
	k.Post(user, "/v1/bindings", proof("13900000001")).Expect(200)
	k.Get(user, "/v1/me/data").Expect(200).Has(`"open_id":"mei"`, `"unmatched"`, "13900000001", `"displays":[]`).HasNot(`"person"`)
	k.Get("", "/v1/me/data").Refused(401, "session.required")
}

func TestMyData_givesEverythingOfMattersAndOfNobodyElse(t *testing.T) {
	l := newLimited(t)
	report := func(token, url string, body map[string]any) (id string) {
		t.Helper()
		var m struct{ ID string }
		l.Post(token, url, body).Expect(200).Into(&m)
		return m.ID
	}
	own := report(l.volunteer, "/v1/matters", but(aRepair("三楼的灯坏了"), "answers", []askBody{{"place": 1, "answer": "昨天晚上"}}))
	report(l.volunteer, "/v1/matters", but(but(aRepair("单元长收了钱不办事"), "category", "conduct"), "anonymity", "chief"))
	report(l.chief, path("/v1/people/%d/matters", l.who.ID), aRepair("家里没有手机的人说水管漏"))
	theirs := report(l.mei, "/v1/matters", aRepair("五楼的灯坏了,我家门牌502"))
	l.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Matter{}).Where("id = ?", theirs).Update("check_state", model.FilePassed).Error
	})
	l.Post(l.volunteer, "/v1/matters/"+theirs+"/join", nil).Expect(200)
	l.Post(l.volunteer, "/v1/matters/"+theirs+"/leave", nil).Expect(200)
	l.Post(l.chief, "/v1/matters/"+own+"/ask", askBody{"seen": 1, "words": "是哪一边的灯?"}).Expect(200)
	l.Post(l.volunteer, "/v1/matters/"+own+"/answer", askBody{"seen": 2, "words": "东边的,找张三丰"}).Expect(200)
	l.Tx(func(tx *gorm.DB) error {
		m, err := model.MatterByID(tx, mustID(own))
		if err != nil {
			return err
		}
		if err := model.AddMatterNote(tx, model.MatterNote{MatterID: m.ID, ByPersonID: l.chiefWho.ID, At: testkit.Start, Words: "此人常来"}); err != nil {
			return err
		}
		if err := tx.Model(&model.MatterEvent{}).Where("matter_id = ? AND seq = ?", m.ID, 3).Update("words", "东边的,找某某").Error; err != nil {
			return err
		}
		return tx.Create(&model.MatterOriginal{MatterID: m.ID, Seq: 3, Words: "东边的,找张三丰", ByPersonID: l.chiefWho.ID, At: testkit.Start, Reason: "有他人姓名"}).Error
	})
	l.Post(l.volunteer, l.limit(aLimit)+"/object", saying("灯不是同一盏")).Expect(200)

	l.Get(l.volunteer, "/v1/me/data").Expect(200).Has(
		"三楼的灯坏了", `"question":"从什么时候开始的？","answer":"昨天晚上"`, "单元长收了钱不办事", "家里没有手机的人说水管漏", `"by":"王建国"`,
		"东边的,找某某", `"original":"东边的,找张三丰"`, `"matter_id":"`+theirs+`"`, `"left_at"`, "一天内九次上报同一盏灯", "灯不是同一盏",
	).HasNot("五楼的灯", "此人常来", "是哪一边的灯")
	l.Get(l.mei, "/v1/me/data").Expect(200).Has("五楼的灯坏了").HasNot("三楼的灯", "一天内九次", `"matter_id"`)
	l.Get(l.chief, "/v1/me/data").Expect(200).Has(`"matters":[]`).HasNot("单元长收了钱不办事", "三楼的灯")
}

func mustID(text string) (id int64) { _, _ = fmt.Sscan(text, &id); return id }

// heldIn says of a table that holds something of a person where their data show it, and makes one of the
// resident's; or why they do not show it.
type heldIn struct {
	at     string // the field, with a stop between
	make   func(w *world)
	notFor string
}

var personal = map[string]heldIn{
	"persons":       {at: "person"},
	"users":         {at: "account"},
	"sessions":      {at: "counts.sessions"},
	"bindings":      {at: "bindings"},
	"roles":         {at: "roles", make: func(w *world) { w.Appoint(w.Resident, model.UnitChief, w.Unit) }},
	"consents":      {at: "consents", make: func(w *world) { w.Show(w.Resident, w.Unit) }},
	"displays":      {at: "displays"},
	"group_entries": {at: "groups", make: func(w *world) { w.group("group-of-the-unit") }},
	"guardianships": {at: "guardianships", make: func(w *world) { w.guardianship(model.GuardianActive) }},
	"plaques": {at: "plaques", make: func(w *world) {
		w.add(&model.Plaque{HouseholdID: *w.Resident.HouseholdID, UnitID: w.Unit.ID, ApplicantID: w.Resident.ID, State: model.PlaqueApplied, AppliedAt: testkit.Start})
	}},
	"check_ins": {at: "check_ins", make: func(w *world) { w.checkIn(model.CheckInPending) }},
	"person_changes": {at: "changes", make: func(w *world) {
		w.add(&model.PersonChange{PersonID: w.Resident.ID, What: "move", Reason: "换房", At: testkit.Start})
	}},
	"notices": {at: "counts.notices", make: func(w *world) { fixtures["notices/{id}"](w) }},
	"files":   {at: "counts.photos", make: func(w *world) { w.photo(w.Resident, model.FilePending) }},
	"hours":   {at: "hours", make: func(w *world) { w.hours(model.HoursClaimed) }},
	"associations": {at: "associations", make: func(w *world) {
		w.add(&model.Association{NodeID: w.Unit.ID, Kind: model.ArtsAssociation, Name: "合唱队", LeadID: w.Resident.ID, FoundedAt: testkit.Start})
	}},
	"corrections":     {at: "corrections", make: func(w *world) { w.correction() }},
	"sign_ups":        {at: "sign_ups", make: func(w *world) { fixtures["sign-off/{id}"](w) }},
	"redemptions":     {at: "redemptions", make: func(w *world) { w.redemption() }},
	"certificates":    {at: "certificates", make: func(w *world) { w.certificate(model.CertificateAsked) }},
	"rectifications":  {at: "rectifications", make: func(w *world) { w.rectification() }},
	"objections":      {at: "objections", make: func(w *world) { w.objection() }},
	"matters":         {at: "matters", make: func(w *world) { w.matter(w.Resident) }},
	"matter_events":   {at: "matters"},
	"matter_joins":    {at: "joined_matters", make: func(w *world) { w.joinedMatter() }},
	"reporter_limits": {at: "report_limits", make: func(w *world) { w.limit(model.LimitObjected) }},

	"accepts":        {notFor: "/v1/me/accepts lists what is left of them"},
	"console_logins": {notFor: "a log-in that waits for some minutes; what comes of it is a session"},
	"audits":         {notFor: "the log of who did what; how often the person was read whole is counted"},
	"hours_days":     {notFor: "the days of their hours, which are in it"},
	"service_totals": {notFor: "what their hours come to, which are in it"},
	"flags":          {notFor: "what officers look into about hours"},
	"wrong_codes":    {notFor: "how often an officer has mistyped, for an hour"},
	"expired_points": {notFor: "the statement of points has each"},
}

// personalColumn is a column that says whose a row is, not who did something to it.
var personalColumn = regexp.MustCompile(`^((\w+_)?(person|user|reporter|applicant|lead|uploader|holder|member|child|guardian)_id)$`)

var refersToPeople = regexp.MustCompile(`FOREIGN KEY \((\w+)\) REFERENCES (persons|users) `)

// TestMyData_knowsEveryTableThatHoldsAPerson fails for a new table with somebody in it until it is in
// their data, or somebody has said why it is not.
func TestMyData_knowsEveryTableThatHoldsAPerson(t *testing.T) {
	w := newWorld(t)
	found := []string{"persons", "users"}
	referring := tablesReferring(t)
	for _, record := range model.Tables() {
		s, err := schema.Parse(record, &sync.Map{}, schema.NamingStrategy{})
		if err != nil {
			t.Fatal(err)
		}
		if referring[s.Table] || slices.ContainsFunc(s.DBNames, func(c string) bool { return personalColumn.MatchString(c) && !strings.Contains(c, "by_") }) {
			found = append(found, s.Table)
		}
	}
	for table, of := range personal {
		if !slices.Contains(found, table) {
			t.Errorf("%s holds nobody any more: take its line off personal", table)
		}
		if of.make != nil {
			of.make(w)
		}
	}
	var data map[string]any
	w.Get(w.SignIn(w.Resident), "/v1/me/data").Expect(200).Into(&data)
	for _, table := range found {
		of, known := personal[table]
		switch {
		case !known:
			t.Errorf("%s holds a person: give them what it holds in /v1/me/data and say so in personal, or say there why not", table)
		case of.at != "" && isNothing(dataAt(data, of.at)):
			t.Errorf("%s: /v1/me/data has nothing in %q", table, of.at)
		}
	}
}

// tablesReferring gives the tables that refer to people by a key that the migrations say.
func tablesReferring(t *testing.T) map[string]bool {
	t.Helper()
	files, err := filepath.Glob("../model/migration/sql/*.sql")
	if err != nil || len(files) == 0 {
		t.Fatal("no migrations", err)
	}
	tables := map[string]bool{}
	for _, name := range files {
		text, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for part := range strings.SplitSeq(string(text), "CREATE TABLE IF NOT EXISTS ") {
			if table, rest, ok := strings.Cut(part, " ("); ok && refersToPeople.MatchString(rest) {
				tables[table] = true
			}
		}
	}
	return tables
}

func dataAt(data map[string]any, field string) any {
	name, rest, deeper := strings.Cut(field, ".")
	if inner, ok := data[name].(map[string]any); ok && deeper {
		return dataAt(inner, rest)
	}
	return data[name]
}

func isNothing(v any) bool {
	text, err := json.Marshal(v)
	return err != nil || slices.Contains([]string{"null", "[]", "{}", "0", `""`}, string(text))
}
