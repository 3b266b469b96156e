package api_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/service"
	"danyuan/testkit"
	"danyuan/testkit/edge"
)

// house is a community with somebody who may import to it.
type house struct {
	*edge.Kit
	testkit.Org
	staff string
	clerk model.Person
}

func newHouse(t *testing.T) *house {
	t.Helper()
	k := edge.New(t)
	h := &house{Kit: k, Org: k.Org()}
	h.clerk, h.staff = k.Officer(model.CommunityStaff, h.Community, "周社工")
	return h
}

type imported struct {
	ID                                                           string
	State, Failure                                               string
	Total, Done, Added, Changed, Unchanged, Moved, Places, Homes int64
	Faults                                                       int64
}

func (h *house) handIn(kind string, dryRun bool, header []string, rows ...[]string) imported {
	h.Helper()
	var got imported
	path := fmt.Sprintf("/v1/nodes/%d/imports?kind=%s&dry_run=%t", h.Community.ID, kind, dryRun)
	h.Upload(h.staff, path, h.Table(service.XLSX, header, rows...), nil).Expect(200).Into(&got)
	return got
}

func (h *house) run(i imported) imported {
	h.Helper()
	h.WorkOff()
	return h.look(i)
}

func (h *house) look(i imported) imported {
	h.Helper()
	var got imported
	h.Get(h.staff, "/v1/imports/"+i.ID).Expect(200).Into(&got)
	return got
}

func (h *house) roster(rows ...[]string) imported {
	h.Helper()
	return h.run(h.handIn("roster", false, testkit.RosterHeader, rows...))
}

// faults gives the report as the CSV that people take away.
func (h *house) faults(i imported) string {
	h.Helper()
	body := h.Get(h.staff, "/v1/imports/"+i.ID+"/faults.csv").Expect(200).Body
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(body, []byte("\xef\xbb\xbf")))).ReadAll()
	if err != nil {
		h.Fatal(err)
	}
	var lines []string
	for _, r := range rows[1:] {
		lines = append(lines, strings.Join(r, " "))
	}
	return strings.Join(lines, "\n")
}

func (h *house) named(name string) (p model.Person) {
	h.Helper()
	if err := h.DB.Read(h.Context()).Where("name = ?", name).Order("id").Take(&p).Error; err != nil {
		h.Fatalf("%s: %v", name, err)
	}
	return p
}

// row is the beginning of a roster's row: a place in the small district, and a name.
func row(unit, room, name string, more ...string) []string {
	return append(append([]string{"第一网格", "3栋", unit, room, name}, more...), make([]string, 5-len(more))...)
}

// number1 is an id number with the right check character.
const number1 = "34089919500131069X"

func (h *house) importsPath(community model.Node) string {
	return fmt.Sprintf("/v1/nodes/%d/imports?kind=roster", community.ID)
}

func TestImport_rosterFromUploadToUnitPage(t *testing.T) {
	h := newHouse(t)
	page := h.Code(h.Unit)
	chief := h.Person(h.Unit, "王建国")
	h.Appoint(chief, model.UnitChief, h.Unit)
	token := h.SignIn(chief)
	h.Get(token, "/v1/units/"+page).Has(`"members":0`)
	got := h.handIn("roster", false, testkit.RosterHeader, row("1单元", "701", "李 梅", "154 0000 0001", number1, "", "党员", "安庆市某路1号"), row("1单元", "701", "李大山"))
	if got.State != "queued" || got.Total != 2 {
		t.Fatalf("%+v", got)
	}
	h.WorkOff()
	if want := (imported{ID: got.ID, State: "done", Total: 2, Done: 2, Added: 2, Homes: 1}); h.look(got) != want {
		t.Fatalf("%+v, want %+v", h.look(got), want)
	}
	p := h.named("李梅")
	if p.Phone != "15400000001" || p.IDNumber != number1 || p.BirthDate != "1950-01-31" || p.Membership != model.Member || p.Address != "安庆市某路1号" || p.NodeID != h.Unit.ID {
		t.Fatalf("%+v", p)
	}
	if q := h.named("李大山"); q.Membership != model.NoMember || *q.HouseholdID != *p.HouseholdID || q.PhoneIndex != nil {
		t.Fatalf("%+v", q)
	}
	h.Get(token, "/v1/units/"+page).Has(`"members":1`)
	h.Get(h.staff, fmt.Sprintf("/v1/nodes/%d/imports", h.Community.ID)).Expect(200).Has(`"id":"`+got.ID+`"`, `"state":"done"`)
	var left int64
	h.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Import{}).Where("file IS NOT NULL OR active_node_id IS NOT NULL").Count(&left).Error
	})
	if left != 0 {
		t.Fatal("the file is kept although the import is over")
	}
}

func TestImport_moveWithinTheCommunityIsRecordedAndEndsTheDisplay(t *testing.T) {
	h := newHouse(t)
	page := h.Code(h.Unit)
	h.roster(row("1单元", "701", "李梅", "", number1, "", "党员"))
	p := h.named("李梅")
	token := h.SignIn(p)
	h.Show(p, h.Unit)
	h.Get(token, "/v1/units/"+page).Has(`"neighbour"`, "李梅")
	got := h.roster([]string{"第二网格", "", "1单元", "9", "李梅", "", number1, "", "", ""})
	if got.Changed != 1 || got.Moved != 1 {
		t.Fatalf("%+v", got)
	}
	if now := h.named("李梅"); now.ID != p.ID || now.NodeID != h.FarUnit.ID {
		t.Fatalf("%+v", now)
	}
	h.Get(token, "/v1/units/"+page).Has(`"passer_by"`).HasNot("李")
	var audits, notices int64
	h.Tx(func(tx *gorm.DB) error {
		return errors.Join(
			tx.Model(&model.Audit{}).Where("action = ? AND subject_id = ? AND person_id = ?", "person.move", p.ID, h.clerk.ID).Count(&audits).Error,
			tx.Model(&model.Notice{}).Where("person_id = ? AND kind = ?", p.ID, service.NoticeRecord).Count(&notices).Error)
	})
	if audits != 1 || notices != 1 {
		t.Fatalf("%d audit entries, %d notices", audits, notices)
	}
}

func TestImport_whoIsNoMemberAnyMoreShowsNothing(t *testing.T) {
	h := newHouse(t)
	page := h.Code(h.Unit)
	h.roster(row("1单元", "701", "李梅", "", number1, "", "党员"))
	h.Show(h.named("李梅"), h.Unit)
	h.Get("", "/v1/units/"+page).Has("李同志")
	h.roster(row("1单元", "701", "李梅", "", number1, "", "群众"))
	h.Get("", "/v1/units/"+page).HasNot("李同志")
}

func TestImport_repeatedUploadIsTheSameImport(t *testing.T) {
	h := newHouse(t)
	file := h.Table(service.CSV, testkit.RosterHeader, row("1单元", "701", "李梅"))
	var first, second imported
	h.Upload(h.staff, h.importsPath(h.Community), file, nil, "Idempotency-Key", "upload-1").Expect(200).Into(&first)
	again := h.Upload(h.staff, h.importsPath(h.Community), file, nil, "Idempotency-Key", "upload-1").Expect(200).Into(&second)
	if first != second || again.Header.Get("Idempotent-Replayed") != "true" {
		t.Fatalf("%+v, then %+v", first, second)
	}
	other := h.Table(service.CSV, testkit.RosterHeader, row("1单元", "701", "李海"))
	if len(other) != len(file) {
		t.Fatal("the two files must look alike from outside")
	}
	h.Upload(h.staff, h.importsPath(h.Community), other, nil, "Idempotency-Key", "upload-1").Refused(409, "idempotency.key_reused")
	h.Upload(h.staff, h.importsPath(h.Community)+"&dry_run=true", file, nil, "Idempotency-Key", "upload-1").Refused(409, "idempotency.key_reused")
}

func TestImport_twoAtOnceIntoOneCommunityIsOne(t *testing.T) {
	h := newHouse(t)
	file := h.Table(service.CSV, testkit.RosterHeader, row("1单元", "701", "李梅"))
	var taken, refused atomic.Int64
	h.Race(8, func(int) {
		switch a := h.Upload(h.staff, h.importsPath(h.Community), file, nil); {
		case a.Status == 200:
			taken.Add(1)
		case a.Status == 409 && bytes.Contains(a.Body, []byte("import.under_way")):
			refused.Add(1)
		}
	})
	if taken.Load() != 1 || refused.Load() != 7 {
		t.Fatalf("%d taken, %d refused", taken.Load(), refused.Load())
	}
}

func TestImport_longReportSaysHowMuchIsLeftOut(t *testing.T) {
	h := newHouse(t)
	rows := make([][]string, model.ImportFaultsKept+20)
	for i := range rows {
		rows[i] = row("1单元", "701", "")
	}
	got := h.roster(rows...)
	report := strings.Split(h.faults(got), "\n")
	if got.Faults != int64(len(rows)) || len(report) != model.ImportFaultsKept+1 || report[len(report)-1] != "  还有 20 处没有列出，请先改正以上内容再上传。" {
		t.Fatalf("%+v, %d lines, the last %q", got, len(report), report[len(report)-1])
	}
	if xlsx := h.Get(h.staff, "/v1/imports/"+got.ID+"/faults.xlsx").Expect(200); !bytes.HasPrefix(xlsx.Body, []byte("PK")) {
		t.Fatal("the report is no Excel file")
	}
}

func TestImport_csvInTheCodeOfOldExcelWorks(t *testing.T) {
	h := newHouse(t)
	text := "社区居民名册,,,,\r\n姓名,网格,楼栋,单元,户号\r\n李梅,第一网格,3栋,1单元,701\r\n"
	gbk, err := simplifiedchinese.GB18030.NewEncoder().String(text)
	if err != nil {
		t.Fatal(err)
	}
	var got imported
	h.Upload(h.staff, h.importsPath(h.Community), []byte(gbk), map[string]string{"comment": "x"}).Expect(200).Into(&got)
	if got = h.run(got); got.Added != 1 || h.named("李梅").NodeID != h.Unit.ID {
		t.Fatalf("%+v", got)
	}
}

func TestImport_templateComesAsExcel(t *testing.T) {
	h := newHouse(t)
	for _, kind := range []string{"structure", "roster"} {
		a := h.Get(h.staff, "/v1/imports/templates/"+kind).Expect(200)
		if !bytes.HasPrefix(a.Body, []byte("PK")) || !strings.Contains(a.Header.Get("Content-Disposition"), kind+"-template.xlsx") {
			t.Fatal(a.Header)
		}
	}
	h.Get(h.staff, "/v1/imports/templates/none").Expect(422)
}

func TestImport_faultsComeAPageAtATime(t *testing.T) {
	h := newHouse(t)
	got := h.roster(row("1单元", "701", "好人"), row("1单元", "702", ""), row("1单元", "703", ""), row("1单元", "704", ""))
	var list struct {
		Items []struct{ Line int64 }
		Next  string
	}
	h.Get(h.staff, "/v1/imports/"+got.ID+"/faults?limit=2").Expect(200).Has(`"line":3`).Into(&list)
	if len(list.Items) != 2 || list.Next == "" {
		t.Fatalf("%+v", list)
	}
}

func TestImport_cancelledIsOver(t *testing.T) {
	h := newHouse(t)
	imp := h.handIn("roster", false, testkit.RosterHeader, row("1单元", "701", "李梅"))
	h.Post(h.staff, "/v1/imports/"+imp.ID+"/cancel", nil).Expect(200).Has(`"state":"cancelled"`)
	if got := h.run(imp); got.State != "cancelled" || got.Added != 0 {
		t.Fatalf("%+v", got)
	}
	h.Post(h.staff, "/v1/imports/"+imp.ID+"/cancel", nil).Refused(409, "import.over")
}

func TestImport_aStructureCanBeTriedFirst(t *testing.T) {
	h := newHouse(t)
	count := func() (n int64) {
		h.Tx(func(tx *gorm.DB) error { return tx.Model(&model.Node{}).Count(&n).Error })
		return n
	}
	before := count()
	got := h.run(h.handIn("structure", true, testkit.StructureHeader, []string{"第三网格", "5栋", "1单元", "101"}))
	if want := (imported{ID: got.ID, State: "done", Total: 1, Done: 1, Added: 1, Places: 3, Homes: 1}); got != want || count() != before {
		t.Fatalf("%+v, want %+v; %d nodes more", got, want, count()-before)
	}
}
