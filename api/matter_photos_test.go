package api_test

import (
	"testing"

	"danyuan/model"
)

// TestMatter_oneWithManyStepsCostsNoMoreStatements: questions and answers that go to and fro are read together, each
// step with its own photos.
func TestMatter_oneWithManyStepsCostsNoMoreStatements(t *testing.T) {
	w := newWard(t)
	m := w.report(w.volunteer, but(lamp(model.Named), "photos", []string{w.UploadPhoto(w.volunteer)}))
	said := (&world{Kit: w.Kit}).listening()
	cost := func() int64 {
		w.Get(w.volunteer, "/v1/matters/"+m.ID).Expect(200)
		before := said.Load()
		w.Get(w.volunteer, "/v1/matters/"+m.ID).Expect(200)
		return said.Load() - before
	}
	few := cost()
	for range 8 {
		asked := map[string]any{"seen": m.Seen, "words": "是哪一侧?", "photos": []string{w.UploadPhoto(w.chief), w.UploadPhoto(w.chief)}}
		a := w.Post(w.chief, "/v1/matters/"+m.ID+"/ask", asked).Expect(200)
		m = matter{}
		a.Into(&m)
		w.do(w.volunteer, &m, "answer", "words", "东侧").Expect(200)
	}
	if many := cost(); many != few {
		t.Errorf("%d statements for 17 steps, %d for one", many, few)
	}
	for i, e := range m.Events {
		want := 0
		switch e.Move {
		case "report":
			want = 1
		case "ask":
			want = 2
		}
		if len(e.Photos) != want {
			t.Errorf("step %d, %s: %d photos, want %d", i+1, e.Move, len(e.Photos), want)
		}
	}
}
