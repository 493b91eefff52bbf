// Drives analytics-go by a plan; what makes a client stands in client.go.
package main

import (
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"

	"gopkg.in/segmentio/analytics-go.v3"
)

type plan struct {
	Calls   []json.RawMessage
	Options struct{ OneClientPerCall bool }
}

func main() {
	text, err := os.ReadFile(os.Args[1])
	check(err)
	var wanted plan
	check(json.Unmarshal(text, &wanted))
	var clients []analytics.Client
	for _, call := range wanted.Calls {
		if len(clients) == 0 || wanted.Options.OneClientPerCall {
			client, err := newAnalytics()
			check(err)
			clients = append(clients, client)
		}
		check(clients[len(clients)-1].Enqueue(message(call)))
	}
	fmt.Println("called")
	_, err = io.Copy(io.Discard, os.Stdin)
	check(err)
	for _, client := range clients {
		check(client.Close())
	}
}

func message(call json.RawMessage) analytics.Message {
	var said struct {
		Type    string
		Context map[string]interface{}
	}
	check(json.Unmarshal(call, &said))
	context := func(known *analytics.Context) *analytics.Context {
		if known != nil {
			// Members that the SDK does not know; of those that it does, its own win.
			known.Extra = said.Context
		}
		return known
	}
	switch said.Type {
	case "identify":
		var m analytics.Identify
		check(json.Unmarshal(call, &m))
		m.Context = context(m.Context)
		return m
	case "track":
		var m analytics.Track
		check(json.Unmarshal(call, &m))
		m.Context = context(m.Context)
		return m
	case "page":
		var m analytics.Page
		check(json.Unmarshal(call, &m))
		m.Context = context(m.Context)
		return m
	case "screen":
		var m analytics.Screen
		check(json.Unmarshal(call, &m))
		m.Context = context(m.Context)
		return m
	case "group":
		var m analytics.Group
		check(json.Unmarshal(call, &m))
		m.Context = context(m.Context)
		return m
	case "alias":
		var m analytics.Alias
		check(json.Unmarshal(call, &m))
		m.Context = context(m.Context)
		return m
	}
	log.Fatalf("an unknown call: %s", said.Type)
	return nil
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
