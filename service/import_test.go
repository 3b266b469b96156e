package service_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/service"
	"danyuan/testkit"
)

// house is a community with somebody who may import to it.
type house struct {
	*testkit.Kit
	testkit.Org
	staff string
	clerk model.Person
}

func newHouse(t *testing.T) *house {
	t.Helper()
	k := testkit.New(t)
	h := &house{Kit: k, Org: k.Org()}
	h.clerk, h.staff = k.Officer(model.CommunityStaff, h.Community, "周社工")
	return h
}

func (h *house) handIn(kind model.ImportKind, dryRun bool, header []string, rows ...[]string) model.Import {
	h.Helper()
	got, err := h.S.HandIn(h.Context(), as(h.Kit, h.staff), h.Community.ID, kind, dryRun, h.Table(service.XLSX, header, rows...))
	if err != nil {
		h.Fatal(err)
	}
	return got
}

func (h *house) run(i model.Import) model.Import {
	h.Helper()
	if err := h.S.RunImport(h.Context(), i.ID); err != nil {
		h.Fatal(err)
	}
	return h.look(i)
}

func (h *house) look(i model.Import) model.Import {
	h.Helper()
	got, err := h.S.Import(h.Context(), as(h.Kit, h.staff).By, i.ID)
	if err != nil {
		h.Fatal(err)
	}
	return got
}

// cameTo compares what an import is, and what became of its rows.
func (h *house) cameTo(got, want model.Import) {
	h.Helper()
	if got.State != want.State || got.Failure != want.Failure || got.TotalRows != want.TotalRows || got.DoneRows != want.DoneRows ||
		got.ImportCounts != want.ImportCounts || got.Faults != want.Faults {
		h.Fatalf("%+v, want %+v", got, want)
	}
}

func (h *house) roster(rows ...[]string) model.Import {
	h.Helper()
	return h.run(h.handIn("roster", false, testkit.RosterHeader, rows...))
}

// faults gives the report as the CSV that people take away.
func (h *house) faults(i model.Import) string {
	h.Helper()
	var table bytes.Buffer
	if err := h.S.WriteImportFaults(h.Context(), as(h.Kit, h.staff).By, i.ID, service.CSV, &table); err != nil {
		h.Fatal(err)
	}
	rows, err := csv.NewReader(bytes.NewReader(bytes.TrimPrefix(table.Bytes(), []byte("\xef\xbb\xbf")))).ReadAll()
	if err != nil {
		h.Fatal(err)
	}
	var lines []string
	for _, r := range rows[1:] {
		lines = append(lines, strings.Join(r, " "))
	}
	return strings.Join(lines, "\n")
}

func (h *house) people() (all []model.Person) {
	h.Helper()
	if err := h.DB.Read(h.Context()).Order("id").Find(&all).Error; err != nil {
		h.Fatal(err)
	}
	return all
}

func (h *house) named(name string) model.Person {
	h.Helper()
	all := h.people()
	if i := slices.IndexFunc(all, func(p model.Person) bool { return p.Name == name }); i >= 0 {
		return all[i]
	}
	h.Fatalf("nobody is called %s", name)
	return model.Person{}
}

// at is the beginning of a row: a place in the small district, and a name.
func at(unit, room, name string, more ...string) []string {
	return append(append([]string{"第一网格", "3栋", unit, room, name}, more...), make([]string, 5-len(more))...)
}

// Two id numbers with right check characters.
const (
	number1 = "34089919500131069X"
	number2 = "340899198002290022"
)

func TestImport_structureMakesWhatIsMissingAndNothingElse(t *testing.T) {
	h := newHouse(t)
	rows := [][]string{
		{"第一网格", "3栋", "1单元", "101"}, {"第一网格", "3 栋", "1单元", "102"}, {"第三网格", "", "平房", "1号"}, {"第三网格", "5栋", "1单元", ""}, {"第三网格", "5栋", "1单元", ""},
	}
	got := h.run(h.handIn("structure", true, testkit.StructureHeader, rows...))
	want := model.Import{State: "done", TotalRows: 5, DoneRows: 5, ImportCounts: model.ImportCounts{Added: 4, Unchanged: 1, Places: 4, Homes: 3}}
	h.cameTo(got, want)
	if n := h.countNodes(); n != 12 {
		t.Fatalf("a dry run made nodes: %d", n)
	}
	h.cameTo(h.run(h.handIn("structure", false, testkit.StructureHeader, rows...)), want)
	if n := h.countNodes(); n != 16 {
		t.Fatalf("%d nodes, want 16", n)
	}
	again := h.run(h.handIn("structure", false, testkit.StructureHeader, rows...))
	h.cameTo(again, model.Import{State: "done", TotalRows: 5, DoneRows: 5, ImportCounts: model.ImportCounts{Unchanged: 5}})
	var history int64
	h.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.NodeChange{}).Where("what = ?", "created").Count(&history).Error
	})
	if history != 4 {
		t.Fatalf("%d nodes have a beginning in the history, want 4", history)
	}
}

func (h *house) countNodes() (n int64) {
	h.Helper()
	h.Tx(func(tx *gorm.DB) error { return tx.Model(&model.Node{}).Count(&n).Error })
	return n
}

func TestImport_dryRunChangesNothing(t *testing.T) {
	h := newHouse(t)
	h.roster(at("1单元", "701", "李梅", "15400000001", number1))
	before, homes := h.people(), h.countHomes()
	got := h.run(h.handIn("roster", true, testkit.RosterHeader,
		at("2单元", "801", "李梅", "15400000009", number1), at("1单元", "702", "新来的")))
	h.cameTo(got, model.Import{State: "done", TotalRows: 2, DoneRows: 2, ImportCounts: model.ImportCounts{Added: 1, Changed: 1, Moved: 1, Homes: 2}})
	if after := h.people(); fmt.Sprint(derefs(after)) != fmt.Sprint(derefs(before)) || h.countHomes() != homes {
		t.Fatal("a dry run changed people or homes")
	}
}

func (h *house) countHomes() (n int64) {
	h.Helper()
	h.Tx(func(tx *gorm.DB) error { return tx.Model(&model.Household{}).Count(&n).Error })
	return n
}

// derefs makes people comparable.
func derefs(people []model.Person) (out []string) {
	for _, p := range people {
		home := int64(0)
		if p.HouseholdID != nil {
			home = *p.HouseholdID
		}
		out = append(out, fmt.Sprint(p.ID, p.NodeID, home, p.Name, p.Phone, p.IDNumber, p.BirthDate, p.Address, p.Membership, p.State, p.UpdatedAt.Unix()))
	}
	return out
}

func TestImport_sameFileTwiceChangesNothing(t *testing.T) {
	h := newHouse(t)
	rows := testkit.Roster(1300, 3)
	h.run(h.handIn("structure", false, testkit.StructureHeader, testkit.Structure(rows)...))
	first := h.roster(rows...)
	if first.Added != 1300 || first.State != "done" {
		t.Fatalf("%+v", first)
	}
	before := derefs(h.people())
	h.Move(time.Hour)
	second := h.roster(rows...)
	h.cameTo(second, model.Import{State: "done", TotalRows: 1300, DoneRows: 1300, ImportCounts: model.ImportCounts{Unchanged: 1300}})
	if !slices.Equal(before, derefs(h.people())) {
		t.Fatal("the same file twice changed somebody")
	}
}

func TestImport_emptyCellsKeepWhatIsThere(t *testing.T) {
	h := newHouse(t)
	h.roster(at("1单元", "701", "李梅", "15400000001", number1, "", "党员", "安庆市某路1号"))
	was := h.named("李梅")
	if got := h.roster(at("1单元", "701", "李梅")); got.Unchanged != 1 {
		t.Fatalf("%+v", got)
	}
	h.Move(time.Minute)
	got := h.roster(at("1单元", "701", "李梅", "15400000002"))
	if got.Changed != 1 || got.Moved != 0 {
		t.Fatalf("%+v", got)
	}
	now := h.named("李梅")
	if now.Phone != "15400000002" || now.IDNumber != was.IDNumber || now.Membership != was.Membership || now.Address != was.Address || !now.UpdatedAt.After(was.UpdatedAt) {
		t.Fatalf("%+v", now)
	}
	h.Tx(func(tx *gorm.DB) error {
		found, err := model.PersonsByPhone(tx, "15400000002")
		if err == nil && (len(found) != 1 || found[0].ID != was.ID) {
			err = errors.New("the new phone number does not find its person")
		}
		return err
	})
}

func TestImport_idNumberGivenLaterBelongsToTheSamePerson(t *testing.T) {
	h := newHouse(t)
	h.roster(at("1单元", "701", "李梅"))
	if got := h.roster(at("1单元", "701", "李梅", "", number1)); got.Changed != 1 || got.Added != 0 {
		t.Fatalf("%+v", got)
	}
	if p := h.named("李梅"); p.IDNumber != number1 || p.BirthDate != "1950-01-31" {
		t.Fatalf("%+v", p)
	}
	got := h.roster(at("1单元", "701", "李梅", "", number2))
	if got.State != "refused" || h.faults(got) != "2 身份证号 这一户已有同名的人，但登记的身份证号不一样。请核对；登记错的请先在“居民”里打开这个人改正。" {
		t.Fatalf("%+v: %s", got, h.faults(got))
	}
}

// A table that has slipped by a column has phone numbers for units; they are kept with no fault.
func TestImport_faultsRepeatNoNumbers(t *testing.T) {
	h := newHouse(t)
	for _, slipped := range []string{"13900000007", number1, "１３９００００００７", "号13900000007"} {
		got := h.roster([]string{"第一网格", "3栋", slipped, "101", "李梅"}, []string{slipped, "", "1单元", "102", "李山"}, []string{"第一网格", slipped, "1单元", "102", "李山"})
		if report := h.faults(got); got.Faults != 3 || strings.Contains(report, "0000") || strings.Contains(report, "００００") || !strings.Contains(report, "…") {
			t.Errorf("%s: %s", slipped, report)
		}
	}
	if got := h.roster(at("12单元", "101", "李梅")); !strings.Contains(h.faults(got), "没有单元「12单元」") {
		t.Error(h.faults(got))
	}
}

// Under a title that nobody knows a column is left out, and whoever handed in the table is told of which.
func TestImport_tellsWhichColumnsItHasNotUsed(t *testing.T) {
	h := newHouse(t)
	row := []string{"第一网格", "3栋", "1单元", "501", "李梅", "15400000001", "好"}
	for _, dry := range []bool{true, false} {
		h.run(h.handIn("roster", dry, []string{"网格", "楼栋", "单元", "房号", "姓名", "小灵通", "备注"}, row))
		if told := inbox(h.Kit, h.staff); !strings.Contains(told, "这些列没有用到：小灵通、备注。") {
			t.Errorf("dry %v: %s", dry, told)
		}
	}
	h.run(h.handIn("roster", false, []string{"网格", "楼栋", "单元", "房号", "姓名", "联系方式"}, row[:6]))
	if p := h.named("李梅"); p.Phone != "15400000001" {
		t.Errorf("%+v", p)
	}
	if told := inbox(h.Kit, h.staff); strings.Count(told, "没有用到") != 2 {
		t.Error(told)
	}
}

func TestImport_anyFaultAndNothingHappens(t *testing.T) {
	h := newHouse(t)
	before, homes := derefs(h.people()), h.countHomes()
	got := h.roster(
		at("1单元", "701", "好人"),
		at("1单元", "702", "", "12800000000", "340899195001310691", "1950/13/1", "良民"),
		[]string{"第九网格", "3栋", "1单元", "1", "甲", "", "", "", "", ""},
		[]string{"第一网格", "9栋", "1单元", "1", "乙", "", "", "", "", ""},
		[]string{"第一网格", "", "1单元", "1", "丙", "", "", "", "", ""},
		at("1单元", "", "丁"),
		at("1单元", "703", "戊", "", number1),
		at("1单元", "704", "己", "", "34089919500131069x"),
		at("1单元", "703", "戊"),
		at("1单元", "705", "庚", "", number2, "1980-02-28"),
		at("1单元", "706", "辛\u202e子", "", "", "2999-01-01"),
	)
	h.cameTo(got, model.Import{State: "refused", Failure: "import.rows_at_fault", TotalRows: 11, DoneRows: 11, Faults: 14})
	const want = `3 姓名 这一项不能为空，请填写后再提交。
3 手机号 手机号应为11位数字，以13到19开头，请核对。
3 身份证号 身份证号的校验位不对，多半是抄错或漏了一位，请对照证件核对。
3 出生日期 出生日期看不懂，请按“1950-01-31”的样子填写。
3 政治面貌 请填：群众、党员、预备党员或在职党员；其他党派和团员填群众。
4 网格 本社区没有网格「第九网格」。请改正这一格，或先用“网格楼栋”表格导入它。
5 楼栋 「第一网格」里没有楼栋「9栋」。请改正这一格，或先用“网格楼栋”表格导入它。
6 单元 「第一网格」里没有单元「1单元」。请改正这一格，或先用“网格楼栋”表格导入它。
7 房号 这一格不能为空，请填写。
9 身份证号 第8行和第9行的身份证号相同，请只留一行。
10 姓名 第8行和第10行是同一户、同一个姓名，请只留一行。
11 出生日期 出生日期和身份证号里的不一样，请核对这两格。
12 姓名 文字里有看不见的控制字符，请删除后重新输入。
12 出生日期 出生日期不能晚于今天，也不能早于1900年，请核对。`
	if report := h.faults(got); report != want {
		t.Fatalf("the report is\n%s\nwant\n%s", report, want)
	}
	if !slices.Equal(before, derefs(h.people())) || h.countHomes() != homes {
		t.Fatal("a refused import changed something")
	}
}
