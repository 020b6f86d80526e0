package main

import "strings"

// ownerList is the list that says whose export it is, for one whose publisher took it out.
func ownerList(generation, format, username string) map[string][]byte {
	name := map[string]string{
		"v2a": "account_information/personal_information", "v2b": "personal_information/personal_information",
		"v3a": "personal_information/personal_information/personal_information",
		"v3b": "personal_information/personal_information/personal_information",
	}[generation]
	switch {
	case generation == "v1":
		return map[string][]byte{"profile.json": []byte(`{"username": "` + username + `"}`)}
	case name == "":
		return nil
	case format == "html":
		return map[string][]byte{name + ".html": []byte(strings.ReplaceAll(`<html><head><base href="../../"/><title>Personal information</title></head><body>`+
			`<div class="pam _3-95 _2ph- _a6-g uiBoxWhite noborder"><table><tr><td class="_2pin _a6_q">Username<div><div>NAME</div></div></td></tr></table></div></body></html>`, "NAME", username))}
	}
	return map[string][]byte{name + ".json": []byte(`{"profile_user": [{"title": "", "string_map_data": {"Username": {"value": "` + username + `"}}}]}`)}
}
