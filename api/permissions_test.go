package api_test

import (
	"flag"
	"os"
	"path/filepath"
	"testing"

	"danyuan/api"
	"danyuan/model"
	"danyuan/testkit/edge"
)

var update = flag.Bool("update", false, "write the generated documents anew")

func TestPermissions_documentIsFresh(t *testing.T) {
	k := edge.New(t)
	file := filepath.Join("..", "docs", "permissions.md")
	want := k.API.Permissions()
	if *update {
		if err := os.WriteFile(file, []byte(want), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	have, err := os.ReadFile(file)
	if err != nil || string(have) != want {
		t.Fatalf("docs/permissions.md is stale: go test ./api -run Permissions -update (%v)", err)
	}
}

// TestPermissions_eachActionIsUsedAndKnown: a route can't ask for a right that nobody has, and no right
// is given for nothing.
func TestPermissions_eachActionIsUsedAndKnown(t *testing.T) {
	k := edge.New(t)
	for _, r := range k.API.Routes() {
		if r.Who == (api.Who{}) {
			t.Errorf("%s is for nobody: its line does not say who", r.ID)
		}
		if action := r.Who.Action(); action != "" && len(action.PermittedRoles()) == 0 {
			t.Errorf("%s needs %q, which no role gives: add it to permits", r.ID, action)
		}
	}
	for _, action := range model.Actions() {
		for _, role := range action.PermittedRoles() {
			if _, ok := role.Spec(); !ok {
				t.Errorf("%s is given to %q, which is no role", action, role)
			}
		}
	}
	for _, spec := range model.Roles {
		for _, by := range spec.AppointedBy {
			if !model.AppointOfficers.AllowedTo(by) {
				t.Errorf("%s is appointed by %s, who may appoint nobody", spec.Role, by)
			}
		}
	}
}
