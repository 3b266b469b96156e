package service_test

import (
	"archive/zip"
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"golang.org/x/text/encoding/simplifiedchinese"
	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/service"
	"danyuan/testkit"
)

func (h *house) importsPath(community model.Node) string {
	return fmt.Sprintf("/v1/nodes/%d/imports?kind=roster", community.ID)
}

// runWith runs the job; between is called after the check of each batch of rows, before any is written.
func (h *house) runWith(i imported, between func() error) error {
	return h.S.RunImportWith(h.Context(), idOf(i.ID), func(written bool) error {
		if written {
			return nil
		}
		return between()
	})
}

func TestImport_whatIsNoTableIsRefusedAtOnce(t *testing.T) {
	h := newHouse(t)
	ole := append([]byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), make([]byte, 512)...)
	good := h.Table(service.XLSX, testkit.RosterHeader, at("1单元", "701", "李梅"))
	var template bytes.Buffer
	if err := h.S.ImportTemplate(&template, model.RosterImport); err != nil {
		t.Fatal(err)
	}
	for name, is := range map[string]struct {
		file   []byte
		status int
		code   string
	}{
		"empty":             {nil, 422, "sheet.no_rows"},
		"a picture":         {[]byte("\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01"), 422, "sheet.not_a_table"},
		"a web page":        {[]byte("<html><table><tr><td>网格</td></tr></table>"), 422, "sheet.not_a_table"},
		"another archive":   {zipOf(t, "readme.txt", []byte("hello")), 422, "sheet.not_a_table"},
		"an archive cut":    {good[:len(good)/2], 422, "sheet.broken"},
		"old Excel":         {slices.Concat(ole, []byte("W\x00o\x00r\x00k\x00b\x00o\x00o\x00k\x00\x00\x00")), 422, "sheet.old_excel"},
		"encrypted":         {slices.Concat(ole, []byte("E\x00n\x00c\x00r\x00y\x00p\x00t\x00e\x00d\x00P\x00a\x00c\x00k\x00a\x00g\x00e\x00")), 422, "sheet.encrypted"},
		"a zip bomb":        {zipOf(t, "xl/workbook.xml", make([]byte, 129<<20)), 413, "sheet.zip_bomb"},
		"another table":     {h.Table(service.XLSX, []string{"品名", "数量"}, []string{"扫帚", "3"}), 422, "sheet.missing_columns"},
		"no rows":           {template.Bytes(), 422, "sheet.no_rows"},
		"over ten megabyte": {bytes.Repeat([]byte("网格,楼栋,单元,房号,姓名\n"), 300_000)[:10<<20+1], 413, "sheet.too_large"},
		"far too large":     {make([]byte, 11<<20), 413, "http.too_large"},
		"too many rows":     {[]byte("网格,单元,房号,姓名\n" + strings.Repeat("一,一,一,一\n", 50_001)), 413, "sheet.too_many_rows"},
	} {
		t.Run(name, func(t *testing.T) {
			h.Upload(h.staff, h.importsPath(h.Community), is.file, nil).Refused(is.status, is.code)
		})
	}
	var left int64
	h.Tx(func(tx *gorm.DB) error { return tx.Model(&model.Import{}).Count(&left).Error })
	if left != 0 {
		t.Fatalf("%d imports of files that were refused", left)
	}
}

func zipOf(t *testing.T, name string, content []byte) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	f, err := w.Create(name)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := f.Write(content); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestImport_whatIsNoFormSaysSo(t *testing.T) {
	h := newHouse(t)
	path := h.importsPath(h.Community)
	h.Post(h.staff, path, map[string]string{"file": "x"}).Refused(422, "import.not_a_form")
	h.Post(h.staff, path, "--x\r\n\r\n", "Content-Type", "multipart/form-data; boundary=x").Refused(422, "import.no_file")
	h.Post(h.staff, path, "--x--\r\n", "Content-Type", "multipart/form-data; boundary=x").Refused(422, "import.no_file")
	h.Post(h.staff, path, "--x", "Content-Type", "multipart/form-data").Refused(422, "import.not_a_form")
	h.Upload(h.staff, fmt.Sprintf("/v1/nodes/%d/imports?kind=secrets", h.Community.ID), []byte("x"), nil).Refused(422, "http.invalid")
	h.Upload(h.staff, fmt.Sprintf("/v1/nodes/%d/imports?kind=roster&dry_run=maybe", h.Community.ID), []byte("x"), nil).Refused(422, "http.invalid")
	h.Post(h.staff, path, nil).Expect(400)
}

func TestImport_wrongPersonFindsNothing(t *testing.T) {
	h := newHouse(t)
	imp := h.handIn("roster", false, testkit.RosterHeader, at("1单元", "701", "李梅"))
	file := h.Table(service.CSV, testkit.RosterHeader, at("1单元", "701", "李梅"))
	_, foreign := h.Officer(model.CommunitySecretary, h.OtherCommunity, "外社区书记")
	_, chief := h.Officer(model.UnitChief, h.Unit, "单元长")
	for who, want := range map[string]struct {
		status    int
		node, imp string
	}{
		foreign:                          {404, "node.not_found", "import.not_found"},
		chief:                            {403, "role.not_allowed", "role.not_allowed"},
		h.SignIn(h.Person(h.Unit, "居民")): {403, "role.not_allowed", "role.not_allowed"},
		h.Stranger("stranger"):           {403, "binding.required", "binding.required"},
		"":                               {401, "session.required", "session.required"},
	} {
		h.Upload(who, h.importsPath(h.Community), file, nil).Refused(want.status, want.node)
		h.Get(who, fmt.Sprintf("/v1/nodes/%d/imports", h.Community.ID)).Refused(want.status, want.node)
		h.Get(who, "/v1/imports/"+imp.ID).Refused(want.status, want.imp)
		h.Get(who, "/v1/imports/"+imp.ID+"/faults").Refused(want.status, want.imp)
		h.Get(who, "/v1/imports/"+imp.ID+"/faults.xlsx").Refused(want.status, want.imp)
		h.Get(who, "/v1/imports/"+imp.ID+"/faults.csv").Refused(want.status, want.imp)
		h.Post(who, "/v1/imports/"+imp.ID+"/cancel", nil).Refused(want.status, want.imp)
		if who != foreign {
			h.Get(who, "/v1/imports/templates/roster").Expect(want.status)
		}
	}
	h.Get(h.staff, "/v1/imports/999").Refused(404, "import.not_found")
	h.Get(h.staff, "/v1/imports/none").Expect(422)
}

func TestImport_goesToACommunityOnly(t *testing.T) {
	h := newHouse(t)
	file := h.Table(service.CSV, testkit.RosterHeader, at("1单元", "701", "李梅"))
	h.Upload(h.staff, h.importsPath(h.Grid), file, nil).Refused(409, "import.not_a_community")
	h.Upload(h.staff, h.importsPath(h.Street), file, nil).Refused(404, "node.not_found")
	_, admin := h.Officer(model.DistrictAdmin, h.District, "区管理员")
	h.Upload(admin, h.importsPath(h.Street), file, nil).Refused(409, "import.not_a_community")
	h.Upload(admin, h.importsPath(h.Community), file, nil).Expect(200)
}

func TestImport_repeatedUploadIsTheSameImport(t *testing.T) {
	h := newHouse(t)
	file := h.Table(service.CSV, testkit.RosterHeader, at("1单元", "701", "李梅"))
	var first, second imported
	h.Upload(h.staff, h.importsPath(h.Community), file, nil, "Idempotency-Key", "upload-1").Expect(200).Into(&first)
	again := h.Upload(h.staff, h.importsPath(h.Community), file, nil, "Idempotency-Key", "upload-1").Expect(200).Into(&second)
	if first != second || again.Header.Get("Idempotent-Replayed") != "true" {
		t.Fatalf("%+v, then %+v", first, second)
	}
	other := h.Table(service.CSV, testkit.RosterHeader, at("1单元", "701", "李海"))
	if len(other) != len(file) {
		t.Fatal("the two files must look alike from outside")
	}
	h.Upload(h.staff, h.importsPath(h.Community), other, nil, "Idempotency-Key", "upload-1").Refused(409, "idempotency.key_reused")
	h.Upload(h.staff, h.importsPath(h.Community)+"&dry_run=true", file, nil, "Idempotency-Key", "upload-1").Refused(409, "idempotency.key_reused")
}

func TestImport_twoAtOnceIntoOneCommunityIsOne(t *testing.T) {
	h := newHouse(t)
	file := h.Table(service.CSV, testkit.RosterHeader, at("1单元", "701", "李梅"))
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

func TestImport_severalWorkersDoItOnce(t *testing.T) {
	h := newHouse(t)
	rows := testkit.Roster(600, 5)
	h.run(h.handIn("structure", false, testkit.StructureHeader, testkit.Structure(rows)...))
	imp := h.handIn("roster", false, testkit.RosterHeader, rows...)
	before := len(h.people())
	var failed atomic.Int64
	h.Race(4, func(int) {
		if h.S.RunImport(t.Context(), idOf(imp.ID)) != nil {
			failed.Add(1)
		}
	})
	h.run(imp) // whoever was told to try again
	if got := h.look(imp); got.State != "done" || got.Added != 600 || len(h.people())-before != 600 {
		t.Fatalf("%+v, %d people more, %d tries failed", got, len(h.people())-before, failed.Load())
	}
	var told int64
	h.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Notice{}).Where("person_id = ? AND once_key = ?", h.clerk.ID, "import:"+imp.ID).Count(&told).Error
	})
	if told != 1 {
		t.Fatalf("told %d times", told)
	}
}

func TestImport_crashBetweenCheckAndWritingLeavesNothingAndIsMadeGood(t *testing.T) {
	h := newHouse(t)
	imp := h.handIn("roster", false, testkit.RosterHeader, at("1单元", "701", "李梅"))
	crash := errors.New("power cut")
	if err := h.runWith(imp, func() error { return crash }); !errors.Is(err, crash) {
		t.Fatal(err)
	}
	if got := h.look(imp); got.State != "running" || len(h.people()) != 1 {
		t.Fatalf("%+v, %d people", got, len(h.people()))
	}
	if got := h.run(imp); got.State != "done" || got.Added != 1 {
		t.Fatalf("%+v", got)
	}
	if got := h.run(imp); got.Added != 1 || len(h.people()) != 2 {
		t.Fatalf("%+v, %d people", got, len(h.people()))
	}
}

func TestImport_crashInTheMidstOfWritingLeavesNothing(t *testing.T) {
	h := newHouse(t)
	rows := testkit.Roster(1100, 5)
	h.run(h.handIn("structure", false, testkit.StructureHeader, testkit.Structure(rows)...))
	imp := h.handIn("roster", false, testkit.RosterHeader, rows...)
	batches, crash := 0, errors.New("power cut")
	err := h.S.RunImportWith(t.Context(), idOf(imp.ID), func(written bool) error {
		if written {
			batches++
		}
		if batches == 2 {
			return crash
		}
		return nil
	})
	if got := h.look(imp); !errors.Is(err, crash) || got.State != "running" || got.Added != 0 || len(h.people()) != 1 {
		t.Fatalf("%v: %+v, %d people", err, got, len(h.people()))
	}
	if got := h.run(imp); got.State != "done" || got.Added != 1100 || len(h.people()) != 1101 {
		t.Fatalf("%+v, %d people", got, len(h.people()))
	}
}

func TestImport_whatChangesAfterTheCheckIsSeenByTheWriting(t *testing.T) {
	h := newHouse(t)
	imp := h.handIn("roster", false, testkit.RosterHeader, at("1单元", "701", "李梅", "", number1))
	err := h.runWith(imp, func() error {
		h.Person(h.ForeignUnit, "李梅", func(k *model.Keys, p *model.Person) { p.SetIDNumber(k, number1) })
		return nil
	})
	if got := h.look(imp); err != nil || got.State != "refused" || got.Faults != 1 || got.Added != 0 || len(h.people()) != 2 {
		t.Fatalf("%+v, %v", got, err)
	}
	if report := h.faults(imp); report != "2 身份证号 这个身份证号已在别处登记,没有导入。请本人或家属在原登记的地方办理迁出,再重新导入。" {
		t.Fatal(report)
	}
}

func TestImport_roleThatEndedWritesNothing(t *testing.T) {
	h := newHouse(t)
	imp := h.handIn("roster", false, testkit.RosterHeader, at("1单元", "701", "李梅"))
	h.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Appointment{}).Where("person_id = ?", h.clerk.ID).Updates(map[string]any{"ends_at": h.Clock.Now(), "open_key": nil}).Error
	})
	if err := h.S.RunImport(t.Context(), idOf(imp.ID)); err != nil {
		t.Fatal(err)
	}
	_, h.staff = h.Officer(model.CommunitySecretary, h.Community, "书记")
	if got := h.look(imp); got.State != "refused" || got.Failure != "import.role_ended" || len(h.people()) != 2 {
		t.Fatalf("%+v", got)
	}
	if report := h.faults(imp); !strings.HasPrefix(report, "整个表格  提交人现在没有导入的权限") {
		t.Fatal(report)
	}
}

func TestImport_cancelledInTimeDoesNothing(t *testing.T) {
	h := newHouse(t)
	imp := h.handIn("roster", false, testkit.RosterHeader, at("1单元", "701", "李梅"))
	h.Post(h.staff, "/v1/imports/"+imp.ID+"/cancel", nil).Expect(200).Has(`"state":"cancelled"`)
	if got := h.run(imp); got.State != "cancelled" || len(h.people()) != 1 {
		t.Fatalf("%+v", got)
	}
	h.Post(h.staff, "/v1/imports/"+imp.ID+"/cancel", nil).Refused(409, "import.over")
	imp = h.handIn("roster", false, testkit.RosterHeader, at("1单元", "701", "李梅"))
	err := h.runWith(imp, func() error {
		h.Post(h.staff, "/v1/imports/"+imp.ID+"/cancel", nil).Expect(200)
		return nil
	})
	if got := h.look(imp); err != nil || got.State != "cancelled" || len(h.people()) != 1 {
		t.Fatalf("%+v, %v", got, err)
	}
	h.roster(at("1单元", "701", "李梅"))
	if len(h.people()) != 2 {
		t.Fatal("after a cancelled import the next one is not possible")
	}
}

func TestImport_thatFailsAgainAndAgainGivesUp(t *testing.T) {
	h := newHouse(t)
	imp := h.handIn("roster", false, testkit.RosterHeader, at("1单元", "701", "李梅"))
	crash := errors.New("disk on fire")
	for range model.ImportTries - 1 {
		if err := h.runWith(imp, func() error { return crash }); !errors.Is(err, crash) {
			t.Fatal(err)
		}
	}
	if err := h.runWith(imp, func() error { return crash }); err != nil {
		t.Fatal(err)
	}
	if got := h.look(imp); got.State != "failed" || got.Failure != "import.failed" || strings.Contains(h.faults(imp), "fire") {
		t.Fatalf("%+v: %s", got, h.faults(imp))
	}
	if got := h.roster(at("1单元", "701", "李梅")); got.State != "done" {
		t.Fatalf("%+v", got)
	}
}

func TestImport_thatTakesTheProcessDownIsNotBegunForEver(t *testing.T) {
	h := newHouse(t)
	imp := h.handIn("roster", false, testkit.RosterHeader, at("1单元", "701", "李梅"))
	h.Tx(func(tx *gorm.DB) error {
		return tx.Model(&model.Import{}).Where("id = ?", idOf(imp.ID)).Update("tries", model.ImportTries).Error
	})
	if got := h.run(imp); got.State != "failed" || len(h.people()) != 1 {
		t.Fatalf("%+v, %d people", got, len(h.people()))
	}
}

func TestImport_peopleOfOtherPlacesAreNotTaken(t *testing.T) {
	h := newHouse(t)
	withNumber := func(n string) testkit.With { return func(k *model.Keys, p *model.Person) { p.SetIDNumber(k, n) } }
	left := func(_ *model.Keys, p *model.Person) { p.State = model.PersonLeft }
	h.Person(h.ForeignUnit, "李梅", withNumber(number1))
	gone := h.Person(h.ForeignUnit, "王海", withNumber(number2), left)
	got := h.roster(at("1单元", "701", "李梅", "", number1), at("1单元", "702", "王海", "", number2))
	if got.State != "refused" || got.Faults != 1 || strings.Contains(h.faults(got), "东正") {
		t.Fatalf("%+v: %s", got, h.faults(got))
	}
	got = h.roster(at("1单元", "702", "王海", "", number2))
	if p := h.named("王海"); got.Moved != 1 || p.ID != gone.ID || p.NodeID != h.Unit.ID || p.State != model.PersonHere {
		t.Fatalf("%+v: %+v", got, p)
	}
}

func TestImport_cannotTakeOverAnOfficerOfAHigherPlace(t *testing.T) {
	h := newHouse(t)
	admin := h.Person(h.Unit, "区领导", func(k *model.Keys, p *model.Person) { p.SetIDNumber(k, number1); p.SetPhone(k, "15400000001") })
	h.Appoint(admin, model.DistrictAdmin, h.District)
	const refusal = "手机号 这个人在社区以外担任职务,名册不能改动他的手机号和身份证号,也不能把他从别处迁入。请由上级办理;只改其他内容时,请把手机号留空。"
	got := h.roster(at("1单元", "101", "区领导", "15400000666", number1))
	if got.State != "refused" || h.faults(got) != "2 "+refusal {
		t.Fatalf("%+v: %s", got, h.faults(got))
	}
	if got := h.roster(at("1单元", "101", "区领导", "15400000001", number1, "", "党员")); got.State != "done" || got.Changed != 1 {
		t.Fatalf("%+v", got)
	}
	gone := h.Person(h.ForeignUnit, "街道干部", func(k *model.Keys, p *model.Person) { p.SetIDNumber(k, number2); p.State = model.PersonLeft })
	h.Appoint(gone, model.StreetStaff, h.Street)
	if got := h.roster(at("1单元", "702", "街道干部", "", number2)); h.faults(got) != "2 "+refusal {
		t.Fatalf("%+v: %s", got, h.faults(got))
	}
}

func TestImport_oneRegisteredPersonInTwoRowsIsNamed(t *testing.T) {
	h := newHouse(t)
	h.roster(at("1单元", "701", "李梅", "", number1))
	got := h.roster(at("2单元", "801", "李梅", "", number1), at("1单元", "701", "李梅"))
	if got.State != "refused" || h.faults(got) != "3 姓名 第2行和第3行说的是已登记的同一个人,请只留一行。" {
		t.Fatalf("%+v: %s", got, h.faults(got))
	}
}

func TestImport_namesakesInOneHouseholdNeedTheirNumbers(t *testing.T) {
	h := newHouse(t)
	h.roster(at("1单元", "701", "李梅", "", number1))
	p := h.named("李梅")
	twin := model.Person{NodeID: p.NodeID, HouseholdID: p.HouseholdID, Name: "李梅", Membership: model.NoMember, State: model.PersonHere}
	h.Tx(func(tx *gorm.DB) error { return tx.Create(&twin).Error })
	got := h.roster(at("1单元", "701", "李梅", "15400000001"))
	if h.faults(got) != "2 姓名 这一户登记了几位同名的人,请填写身份证号再导入。" {
		t.Fatal(h.faults(got))
	}
	h.Tx(func(tx *gorm.DB) error { return tx.Model(&twin).Update("state", model.PersonLeft).Error })
	got = h.roster(at("1单元", "701", "李梅", "15400000001"))
	if now := h.named("李梅"); got.Changed != 1 || now.ID != p.ID || now.Phone != "15400000001" {
		t.Fatalf("%+v: whoever lives there comes before whoever has left", got)
	}
}

func TestImport_longReportSaysHowMuchIsLeftOut(t *testing.T) {
	h := newHouse(t)
	rows := make([][]string, model.ImportFaultsKept+20)
	for i := range rows {
		rows[i] = at("1单元", "701", "")
	}
	got := h.roster(rows...)
	report := strings.Split(h.faults(got), "\n")
	if got.Faults != int64(len(rows)) || len(report) != model.ImportFaultsKept+1 || report[len(report)-1] != "  还有 20 处没有列出,请先改正以上内容再上传。" {
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

func TestImport_templateComesAsExcelWithValidExamples(t *testing.T) {
	h := newHouse(t)
	for _, kind := range []string{"structure", "roster"} {
		a := h.Get(h.staff, "/v1/imports/templates/"+kind).Expect(200)
		if !bytes.HasPrefix(a.Body, []byte("PK")) || !strings.Contains(a.Header.Get("Content-Disposition"), kind+"-template.xlsx") {
			t.Fatal(a.Header)
		}
	}
	h.Get(h.staff, "/v1/imports/templates/none").Expect(422)
	examples := service.ValidRows()
	if _, faults := service.CheckRow(examples["roster"], testkit.Start); len(faults) > 0 {
		t.Fatal(faults)
	}
}

func TestImport_progressIsSeenWhileItRuns(t *testing.T) {
	h := newHouse(t)
	rows := testkit.Roster(2600, 5)
	h.run(h.handIn("structure", false, testkit.StructureHeader, testkit.Structure(rows)...))
	imp := h.handIn("roster", false, testkit.RosterHeader, rows...)
	var seen imported
	if err := h.runWith(imp, func() error { seen = h.look(imp); return nil }); err != nil {
		t.Fatal(err)
	}
	if seen.State != "running" || seen.Total != 2600 || seen.Done != 2000 {
		t.Fatalf("%+v", seen)
	}
}

// manyDigits is what only a phone or id number has.
var manyDigits = regexp.MustCompile(`\d{9}`)

func FuzzRosterRow(f *testing.F) {
	for _, row := range append(testkit.Roster(5, 1),
		at("1单元", "701", "李梅", "15400000001", number1, "1950-01-31", "党员", "安庆市"),
		at("", "", "", "", "", "", "", ""),
		at("\u202e", "\x00", "👨‍👩‍👧", "1e10", "٣٤٠٨٩٩", "0000-00-00", "=cmd", strings.Repeat("长", 600)),
	) {
		f.Add(strings.Join(row, "\x1f"))
	}
	f.Fuzz(func(t *testing.T, text string) {
		cells := append(strings.SplitN(text, "\x1f", 10), make([]string, 10)...)[:10]
		p, faults := service.CheckRow(cells, testkit.Start)
		if len(faults) > 0 {
			for _, f := range faults {
				if len(f) > 600 || manyDigits.MatchString(f) {
					t.Fatalf("the fault %q repeats a number or is too long", f)
				}
			}
			return
		}
		if name, err := model.NeedText("", p.Name, 40, false); err != nil || name != p.Name {
			t.Fatalf("name %q: %v", p.Name, err)
		}
		if phone, err := model.CleanPhone(p.Phone); p.Phone != "" && (err != nil || phone != p.Phone) {
			t.Fatalf("phone %q: %v", p.Phone, err)
		}
		if p.IDNumber != "" {
			if number, birth, err := model.CleanIDNumber(p.IDNumber, testkit.Start); err != nil || number != p.IDNumber || birth != p.BirthDate {
				t.Fatalf("id number %q, birth %q: %v", p.IDNumber, p.BirthDate, err)
			}
		}
		if birth, err := model.CleanBirthDate(p.BirthDate, testkit.Start); p.BirthDate != "" && (err != nil || birth != p.BirthDate) {
			t.Fatalf("birth %q: %v", p.BirthDate, err)
		}
	})
}
