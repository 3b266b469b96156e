package api_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"slices"
	"strings"
	"testing"

	"gorm.io/gorm"

	"danyuan/model"
	"danyuan/service"
	"danyuan/testkit"
)

func TestImport_whatIsNoTableIsRefusedAtOnce(t *testing.T) {
	h := newHouse(t)
	ole := append([]byte("\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"), make([]byte, 512)...)
	good := h.Table(service.XLSX, testkit.RosterHeader, row("1单元", "701", "李梅"))
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
	imp := h.handIn("roster", false, testkit.RosterHeader, row("1单元", "701", "李梅"))
	file := h.Table(service.CSV, testkit.RosterHeader, row("1单元", "701", "李梅"))
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
	file := h.Table(service.CSV, testkit.RosterHeader, row("1单元", "701", "李梅"))
	h.Upload(h.staff, h.importsPath(h.Grid), file, nil).Refused(409, "import.not_a_community")
	h.Upload(h.staff, h.importsPath(h.Street), file, nil).Refused(404, "node.not_found")
	_, admin := h.Officer(model.DistrictAdmin, h.District, "区管理员")
	h.Upload(admin, h.importsPath(h.Street), file, nil).Refused(409, "import.not_a_community")
	h.Upload(admin, h.importsPath(h.Community), file, nil).Expect(200)
}
