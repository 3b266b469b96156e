package wechat_test

import (
	"encoding/base64"
	"errors"
	"testing"

	"danyuan/wechat"
)

func TestGroupID_namesTheGroup(t *testing.T) {
	t.Parallel()
	r := start(t)
	_, _, key, err := r.Session(t.Context(), r.wx.Code("oAlice"))
	if err != nil {
		t.Fatal(err)
	}
	data, iv := r.wx.GroupData("oAlice", "tGroup3Building")
	if got, err := r.GroupID(key, data, iv); err != nil || got != "tGroup3Building" {
		t.Fatalf("got %q %v", got, err)
	}
}

func TestGroupID_ofAnotherLoginIsRefused(t *testing.T) {
	t.Parallel()
	r := start(t)
	old := r.wx.SessionKey("oAlice")
	if _, _, _, err := r.Session(t.Context(), r.wx.Code("oAlice")); err != nil {
		t.Fatal(err)
	}
	data, iv := r.wx.GroupData("oAlice", "tGroup")
	_, err := r.GroupID(old, data, iv)
	r.wants(t, err, wechat.ErrGroupData)
	_, err = r.GroupID(r.wx.SessionKey("oBob"), data, iv)
	r.wants(t, err, wechat.ErrGroupData)
}

func TestGroupID_ofAnotherAppIsRefused(t *testing.T) {
	t.Parallel()
	r := start(t)
	data, iv := r.wx.GroupData("oAlice", "tGroup")
	other := r.another(t, func(c *wechat.Config) { c.AppID = "wx0000000000000001" })
	_, err := other.GroupID(r.wx.SessionKey("oAlice"), data, iv)
	r.wants(t, err, wechat.ErrGroupData)
}

func TestGroupID_nonsenseIsRefusedWithoutPanic(t *testing.T) {
	t.Parallel()
	r := start(t)
	key := r.wx.SessionKey("oAlice")
	data, iv := r.wx.GroupData("oAlice", "tGroup")
	empty, emptyIV := r.wx.GroupData("oAlice", "")
	for _, c := range [][3]string{
		{"", "", ""}, {key, "", iv}, {key, data, ""}, {"", data, iv}, {key, "!", iv}, {key, data[:20], iv},
		{key, base64.StdEncoding.EncodeToString([]byte("short")), iv}, {key, data, "c2hvcnQ="}, {"c2hvcnQ=", data, iv},
		{key, data, data}, {key, empty, emptyIV}, {key, string(make([]byte, 9000)), iv},
	} {
		_, err := r.GroupID(c[0], c[1], c[2])
		r.wants(t, err, wechat.ErrGroupData)
	}
}

func FuzzGroupID(f *testing.F) {
	r := start(f)
	key := r.wx.SessionKey("oAlice")
	data, iv := r.wx.GroupData("oAlice", "tGroup")
	f.Add(key, data, iv)
	f.Add(key, data[:24], iv)
	f.Add("", "", "")
	f.Add(base64.StdEncoding.EncodeToString(make([]byte, 16)), "c2hvcnQ=", base64.StdEncoding.EncodeToString(make([]byte, 16)))
	f.Fuzz(func(t *testing.T, key, data, iv string) {
		id, err := r.GroupID(key, data, iv)
		if err != nil && !errors.Is(err, wechat.ErrGroupData) {
			t.Errorf("got %v", err)
		}
		if (id == "") != (err != nil) {
			t.Errorf("got %q and %v", id, err)
		}
	})
}
