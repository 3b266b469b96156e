package wechat_test

import (
	"bytes"
	"image"
	"image/jpeg"
	"testing"

	"rsc.io/qr"

	"danyuan/fault"
	"danyuan/wechat"
	"danyuan/wechat/fake"
)

func TestSend_arrivesAsWritten(t *testing.T) {
	t.Parallel()
	r := start(t, func(c *wechat.Config) { c.EnvVersion = "trial" })
	r.wx.Accept("oAlice", template)
	if err := r.send("oAlice"); err != nil {
		t.Fatal(err)
	}
	got := r.wx.Sent()
	if len(got) != 1 || got[0].OpenID != "oAlice" || got[0].Template != template || got[0].Page != page || got[0].State != "trial" {
		t.Fatalf("got %+v", got)
	}
	if d := got[0].Data; d["thing1"] != "三栋楼道清扫" || d["phrase2"] != "已通过" || d["time3"] != "2026年3月2日 12:00" {
		t.Errorf("got %v", d)
	}
}

func TestSend_oneAcceptanceIsOneMessage(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.wx.Accept("oAlice", template)
	if err := r.send("oAlice"); err != nil {
		t.Fatal(err)
	}
	r.wants(t, r.send("oAlice"), wechat.ErrRefused)
	r.wants(t, r.send("demo-a"), wechat.ErrRefused)
}

func TestSend_saysWhatIsWrongForGood(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.wx.Accept("oAlice", template)
	good := map[string]string{"thing1": "清扫", "phrase2": "已通过", "time3": "12:00"}
	with := func(field, value string) map[string]string {
		m := map[string]string{"thing1": "清扫", "phrase2": "已通过", "time3": "12:00"}
		m[field] = value
		return m
	}
	for name, c := range map[string]struct {
		openID, template string
		data             map[string]string
		want             *fault.Fault
	}{
		"nobody":              {"", template, good, wechat.ErrOpenID},
		"a stranger":          {"oStranger", template, good, wechat.ErrOpenID},
		"no template":         {"oAlice", "", good, wechat.ErrTemplate},
		"an unknown template": {"oAlice", "tmplOther", good, wechat.ErrTemplate},
		"no data":             {"oAlice", template, nil, wechat.ErrTemplateData},
		"an empty field":      {"oAlice", template, with("thing1", ""), wechat.ErrTemplateData},
		"21 characters":       {"oAlice", template, with("thing1", "一二三四五六七八九十一二三四五六七八九十一"), wechat.ErrTemplateData},
		"letters in a phrase": {"oAlice", template, with("phrase2", "ok"), wechat.ErrTemplateData},
		"a time in words":     {"oAlice", template, with("time3", "明天"), wechat.ErrTemplateData},
	} {
		err := r.Send(t.Context(), c.openID, c.template, page, c.data)
		t.Log(name, err)
		r.wants(t, err, c.want)
		if k := fault.KindOf(err); k == fault.Unavailable || k == fault.TooMany {
			t.Errorf("%s would be tried again", name)
		}
	}
	if len(r.wx.Sent()) != 0 {
		t.Error("something was sent")
	}
}

func TestSend_tooOftenIsWorthAnotherTry(t *testing.T) {
	t.Parallel()
	r := start(t)
	r.wx.Fail("/cgi-bin/message/subscribe/send", fake.Errcode(45011), 1)
	r.wants(t, r.send("demo-a"), wechat.ErrTooOften)
}

func TestCodeImage_showsPageAndScene(t *testing.T) {
	t.Parallel()
	r := start(t)
	b, err := r.CodeImage(t.Context(), "U7Q2_k-9", "pages/unit/index")
	if err != nil {
		t.Fatal(err)
	}
	img, err := jpeg.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	want, err := qr.Encode("pages/unit/index?scene=U7Q2_k-9", qr.M)
	if err != nil {
		t.Fatal(err)
	}
	scale := img.Bounds().Dx() / (want.Size + 8)
	for y := range want.Size {
		for x := range want.Size {
			if dark(img, (x+4)*scale+scale/2, (y+4)*scale+scale/2) != want.Black(x, y) {
				t.Fatalf("module %d,%d is wrong", x, y)
			}
		}
	}
}

func dark(img image.Image, x, y int) bool {
	red, _, _, _ := img.At(x, y).RGBA()
	return red < 0x8000
}

func TestCodeImage_refusesWhatNoCodeCanHold(t *testing.T) {
	t.Parallel()
	r := start(t)
	for _, scene := range []string{"", "a=1", "a&b", "单元", "a%20", "0123456789012345678901234567890123"} {
		_, err := r.CodeImage(t.Context(), scene, "pages/unit/index")
		r.wants(t, err, wechat.ErrScene)
	}
	for _, page := range []string{"", "/pages/unit/index", "pages/unit/index?a=1", "pages//x"} {
		_, err := r.CodeImage(t.Context(), "ABC", page)
		r.wants(t, err, wechat.ErrPage)
	}
	for code, want := range map[int]*fault.Fault{41030: wechat.ErrPage, 40169: wechat.ErrScene, 40129: wechat.ErrScene, 45009: wechat.ErrTooOften} {
		r.wx.Fail("/wxa/getwxacodeunlimit", fake.Errcode(code), 1)
		_, err := r.CodeImage(t.Context(), "ABC", "pages/unit/index")
		r.wants(t, err, want)
	}
}
