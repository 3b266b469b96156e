package fake

import (
	"encoding/json"
	"net/http"
)

// phone adds what a person sees of WeChat on their own phone, for a demo without one: what the
// mini-program is given when it is opened from a group, and the messages that arrived.
//
//	GET /phone/group-data?openid=&group=   {"encrypted_data", "iv"}, as wx.getGroupEnterInfo gives them
//	GET /phone/messages?openid=            the subscribe messages delivered to somebody
func (s *Server) phone(m *http.ServeMux) {
	m.HandleFunc("GET /phone/group-data", func(w http.ResponseWriter, r *http.Request) {
		encrypted, iv := s.GroupData(r.FormValue("openid"), r.FormValue("group"))
		tell(w, map[string]string{"encrypted_data": encrypted, "iv": iv})
	})
	m.HandleFunc("GET /phone/messages", func(w http.ResponseWriter, r *http.Request) {
		arrived := []map[string]any{}
		for _, sent := range s.Sent() {
			if sent.OpenID == r.FormValue("openid") {
				arrived = append(arrived, map[string]any{"template": sent.Template, "page": sent.Page, "data": sent.Data})
			}
		}
		tell(w, arrived)
	})
}

func tell(w http.ResponseWriter, v any) {
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(v) // whoever asked has gone
}
