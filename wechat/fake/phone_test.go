package fake

import (
	"encoding/json"
	"net/http"
	"testing"
	"time"
)

func TestPhone_givesWhatAClientIsGiven(t *testing.T) {
	s, err := Start(Options{Now: func() time.Time { return time.Date(2026, 3, 5, 9, 0, 0, 0, time.UTC) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	var group map[string]string
	look(t, s.URL()+"/phone/group-data?openid=demo-chief&group=G1", &group)
	if group["encrypted_data"] == "" || group["iv"] == "" {
		t.Errorf("group data %v", group)
	}
	var messages []any
	look(t, s.URL()+"/phone/messages?openid=demo-chief", &messages)
	if messages == nil || len(messages) != 0 {
		t.Errorf("messages %v, want none", messages)
	}
}

func look(t *testing.T, url string, into any) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, url, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	res, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = res.Body.Close() }()
	if err := json.NewDecoder(res.Body).Decode(into); err != nil {
		t.Fatal(err)
	}
}
