package api_test

import (
	"bytes"
	"slices"
	"testing"
	"time"

	"github.com/xuri/excelize/v2"

	"danyuan/model"
)

func (c *crew) table(token, path string) [][]string {
	c.Helper()
	book, err := excelize.OpenReader(bytes.NewReader(c.Get(token, path).Expect(200).Body))
	if err != nil {
		c.Fatal(err)
	}
	defer func() { _ = book.Close() }()
	rows, err := book.GetRows(book.GetSheetName(0))
	if err != nil {
		c.Fatal(err)
	}
	return rows
}

func TestMatterExport_isWholeHarmlessAndAudited(t *testing.T) {
	c := newCrew(t)
	id := c.report(c.volunteer, but(says("=HYPERLINK(\"http://x\",\"灯坏了\")", "neighbours"), "place", "@东门"))
	c.Move(time.Hour)
	c.moves(c.chief, id, "accept", 1, map[string]any{"words": "今天去看"}).Expect(200)
	c.Move(time.Hour)
	c.moves(c.chief, id, "resolve", 2, map[string]any{"words": "+已经换好"}).Expect(200)
	c.Move(time.Hour)
	c.moves(c.volunteer, id, "rate", 3, map[string]any{"solved": true, "satisfied": true, "words": "谢谢"}).Expect(200)
	c.report(c.mei, says("还没有办的", "named"))
	path := mattersAt(c.o.Community) + ".xlsx"
	rows := c.table(c.staff, path)
	want := []string{
		id, "公共设施维修", "先锋社区第一网格3栋1单元", "'@东门", "'=HYPERLINK(\"http://x\",\"灯坏了\")", "", "张卫东", "", "已销号", "单元长",
		"2026-03-05 09:00", "2026-03-05 10:00", "2026-03-05 11:00", "2026-03-05 12:00", "满意", "0", "'+已经换好",
	}
	if len(rows) != 3 || !slices.Equal(rows[2], want) || rows[1][8] != "待受理" {
		t.Fatalf("%q", rows)
	}
	if rows := c.table(c.staff, path+"?open=true"); len(rows) != 2 || rows[1][4] != "还没有办的" {
		t.Errorf("%q", rows)
	}
	c.Post(c.staff, "/v1/matters/"+id+"/redact", redaction(3, "已经换好,谢谢理解")).Expect(200)
	if rows := c.table(c.staff, path+"?state=closed"); len(rows) != 2 || rows[1][16] != "已经换好,谢谢理解" {
		t.Errorf("redacted: %q", rows)
	}
	var entries []model.Audit
	if err := c.DB.Read(t.Context()).Where("action = ?", "matter.export").Order("id").Find(&entries).Error; err != nil || len(entries) != 3 {
		t.Fatalf("%d entries, %v", len(entries), err)
	}
	if entries[1].Detail != "open" || entries[1].NodeID != c.o.Community.ID {
		t.Errorf("%+v", entries[1])
	}
	c.Get(c.secretary, path).Refused(404, "node.not_found")
}
