package main

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"time"
)

func makeLog(lines int) string {
	levels := []string{"INFO", "WARN", "DEBUG", "ERROR"}
	parts := []string{"home", "static", "images", "api", "users", "index"}
	var out strings.Builder
	seed := 42
	for i := 0; i < lines; i++ {
		seed = seed * 16807 % 2147483647
		fmt.Fprintf(&out, "%d:%d:%d %s user=u%d bytes=%d path=", 10+seed%13, 10+seed%49, 10+seed%47,
			levels[seed%7%4], seed%5000, seed%100000)
		for k := 0; k < 1+seed%4; k++ {
			out.WriteByte('/')
			out.WriteString(parts[(seed+k)%6])
		}
		out.WriteByte('\n')
	}
	return out.String()
}

type statistics struct {
	lines, seconds, warnings, errors, users, bytes, slashes, longest int
}

type scanner struct {
	text string
	at   int
}

func (s *scanner) number() int {
	n := 0
	for ; s.at < len(s.text); s.at++ {
		c := s.text[s.at]
		if c < '0' || c > '9' {
			break
		}
		n = n*10 + int(c-'0')
	}
	return n
}

// A run of letters.
func (s *scanner) word() string {
	start := s.at
	for ; s.at < len(s.text); s.at++ {
		c := s.text[s.at] | 32
		if c < 'a' || c > 'z' {
			break
		}
	}
	return s.text[start:s.at]
}

// To the end of the line: how long that is, and how many slashes there are.
func (s *scanner) path() (int, int) {
	start, slashes := s.at, 0
	for ; s.at < len(s.text); s.at++ {
		c := s.text[s.at]
		if c == '\n' {
			break
		}
		if c == '/' {
			slashes++
		}
	}
	return s.at - start, slashes
}

func scan(text string, found *statistics) {
	s := scanner{text: text}
	for s.at < len(text) {
		found.lines++
		hours := s.number()
		s.at++
		minutes := s.number()
		s.at++
		found.seconds = (found.seconds + (hours*60+minutes)*60 + s.number()) % 1000003
		s.at++
		switch s.word() {
		case "WARN":
			found.warnings++
		case "ERROR":
			found.errors++
		}
		s.at += 7 // " user=u"
		found.users = (found.users + s.number()) % 1000003
		s.at += 7 // " bytes="
		found.bytes += s.number()
		s.at += 6 // " path="
		length, slashes := s.path()
		if length > found.longest {
			found.longest = length
		}
		found.slashes += slashes
		s.at++
	}
}

func workload(small bool) string {
	lines, rounds := 40000, 110
	if small {
		lines, rounds = 200, 5
	}
	text := makeLog(lines)
	f := statistics{}
	for round := 0; round < rounds; round++ {
		scan(text, &f)
	}
	return fmt.Sprintf("%d bytes: %d %d %d %d %d %d %d %d\n", len(text), f.lines, f.seconds, f.warnings, f.errors,
		f.users, f.bytes, f.slashes, f.longest)
}

func main() {
	rounds := 1
	if len(os.Args) > 1 {
		rounds, _ = strconv.Atoi(os.Args[1])
	}
	output := ""
	for round := 0; round == 0 || round < rounds; round++ {
		start := time.Now()
		text := workload(rounds == 0)
		spent := time.Since(start)
		if len(os.Args) > 1 {
			fmt.Fprintln(os.Stderr, spent.Nanoseconds())
		}
		if round > 0 && text != output {
			os.Exit(1)
		}
		output = text
	}
	fmt.Print(output)
}
