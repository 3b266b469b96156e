package api_test

import (
	"os"
	"testing"

	"danyuan/testkit"
)

func TestPermissions_documentIsWhatTheRouteTableSays(t *testing.T) {
	const file = "../docs/permissions.md"
	now := testkit.New(t).API.Permissions()
	if os.Getenv("DANYUAN_WRITE_DOCS") != "" {
		if err := os.WriteFile(file, []byte(now), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	was, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if string(was) != now {
		t.Fatal("docs/permissions.md is not what the route table says; DANYUAN_WRITE_DOCS=1 go test ./api -run TestPermissions writes it anew")
	}
}
