/// Lines of logs as chance makes them: most are records, many of them odd.
pub(super) struct Records {
    state: u64,
}

const WORDS: &[&str] = &[
    "GET",
    "/feed?x=1",
    "a b",
    "",
    "caf\u{e9}",
    "\u{1f375}",
    "it's",
    "say \\\"hi\\\"",
    "`tick` ${x}",
    "line\\nbreak",
    "dos\\r\\nline",
    "\\ud83d",
    "\\udf75 half",
    "tab\\there",
    "\\u0000",
    "\\u001b[31m",
    "\\u007f\\u009b",
    "\\\\back",
    "0",
    "42",
    "-1.5",
    "0x10",
    "  padded  ",
    "\\ufeff",
    "\u{2028}",
    "a,b",
    "trailing \\n\\n",
    "a text that is longer than fifty units, so that it goes below the line",
    "fifty units exactly, which are still beside the msg",
    "HTTP/1.1 200 OK\\r\\nserver: tea\\r\\n\\r\\n",
    "Error: boom\\n    at brew (/srv/tea/lib/brew.js:12:7)\\n    at process._tickCallback (node.js:415:13)",
];

const NUMBERS: &[&str] = &[
    "0",
    "-0",
    "1",
    "30",
    "200",
    "404",
    "599",
    "1.5",
    "-2.25e-9",
    "1e21",
    "123456789012345678901",
    "1e999",
    "-1e999",
    "0.1",
    "1E3",
    "9007199254740993",
    "5e-324",
    "80",
    "443",
    "8080",
];

const KEYS: &[&str] = &[
    "foo",
    "bar",
    "a-b",
    "a b",
    "10",
    "2",
    "007",
    "4294967295",
    "__proto__",
    "req.foo",
    "res.statusCode",
    "err.code",
    "message",
    "name2",
    "component",
    "req_id",
    "\u{e9}t\u{e9}",
    "\\u0041",
    "stack",
    "headers",
    "x'y",
];

const HTTP_KEYS: &[&str] = &[
    "method",
    "url",
    "httpVersion",
    "headers",
    "header",
    "body",
    "trailers",
    "trailer",
    "statusCode",
    "address",
    "port",
    "foo",
    "1",
    "remoteAddress",
];

const TIMES: &[&str] = &[
    "\"2026-11-28T12:34:56.789Z\"",
    "\"2026-11-28T12:34:56Z\"",
    "\"2026-11-28T12:34Z\"",
    "\"2026-11-28\"",
    "\"2026-11-28T23:59:59.9999Z\"",
    "\"2026-11-28T01:02:03.057+05:30\"",
    "\"2026-11-28 01:02:03,5-0800\"",
    "\"2026-02-30T00:00:00Z\"",
    "\"2026-13-01T00:00:00Z\"",
    "\"2026-11-28T24:00:00Z\"",
    "\"2026-11-28T25:00:00Z\"",
    "\"2026-11-28T12:34:56.28700123\"",
    "1795869296789",
    "0",
    "-1",
    "1.9",
    "\"2026-11-28T12:00:60Z\"",
];

const OTHERS: &[&str] = &[
    "",
    "plain text",
    "{",
    "{}",
    "[1]",
    "{\"v\":0}",
    "null",
    "\u{e9}",
    "    at brew (brew.js:1:2)",
    "{\"a\":1} x",
    " {\"v\":0}",
    "{\"v\":0,\"level\":30,\"name\":\"a\",\"hostname\":\"b\",\"pid\":1,\"time\":\"t\",\"msg\":null}",
];

impl Records {
    pub(super) fn new(seed: u64) -> Self {
        Self { state: seed }
    }

    fn below(&mut self, count: usize) -> usize {
        self.state ^= self.state << 13;
        self.state ^= self.state >> 7;
        self.state ^= self.state << 17;
        (self.state >> 20) as usize % count
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }

    /// A text, in quotes.
    fn text(&mut self) -> String {
        let words: Vec<&str> = (0..=self.below(3)).map(|_| self.one(WORDS)).collect();
        format!("\"{}\"", words.join(self.one(&["", " "])))
    }

    fn value(&mut self, depth: usize) -> String {
        match self.below(if depth < 4 { 12 } else { 7 }) {
            0..=2 => self.text(),
            3 | 4 => self.one(NUMBERS).to_owned(),
            5 => self.one(&["true", "false"]).to_owned(),
            6 => "null".to_owned(),
            7 | 8 => {
                let count = self
                    .one(&["0", "1", "3", "8", "30", "120"])
                    .parse()
                    .unwrap();
                self.array(count, depth)
            }
            _ => self.object(KEYS, depth),
        }
    }

    fn array(&mut self, count: usize, depth: usize) -> String {
        let kind = self.below(4);
        let values = (0..count).map(|_| match kind {
            0 => self.one(NUMBERS).to_owned(),
            1 => format!("\"{}\"", self.one(&["a", "bc", "def", "ghijkl"])),
            2 => self.text(),
            _ => self.value(depth + 2),
        });
        let values: Vec<String> = values.collect();
        format!("[{}]", values.join(","))
    }

    fn object(&mut self, keys: &[&str], depth: usize) -> String {
        let entries: Vec<String> = (0..self.below(7))
            .map(|_| format!("\"{}\":{}", self.one(keys), self.value(depth + 1)))
            .collect();
        format!("{{{}}}", entries.join(","))
    }

    /// A question or an answer, which most often looks like one.
    fn exchange(&mut self) -> String {
        match self.below(8) {
            0 => self.value(1),
            1 => self.object(HTTP_KEYS, 1),
            _ => {
                let mut entries = Vec::new();
                for key in HTTP_KEYS {
                    if self.below(2) == 0 {
                        let value = match (*key, self.below(3)) {
                            ("headers", 0 | 1) => {
                                self.object(&["host", "Host", "accept", "x-y"], 3)
                            }
                            ("header", 0 | 1) => self.text(),
                            ("statusCode", 0 | 1) => self.one(NUMBERS).to_owned(),
                            ("trailers", 0) => "{\"5\":\"x\"}".to_owned(),
                            _ => self.value(2),
                        };
                        entries.push(format!("\"{key}\":{value}"));
                    }
                }
                format!("{{{}}}", entries.join(", "))
            }
        }
    }

    fn error(&mut self) -> String {
        match self.below(4) {
            0 => self.value(1),
            _ => {
                let (message, stack, code) = (self.text(), self.value(3), self.value(2));
                format!(
                    "{{\"message\":{message},\"name\":\"E\",\"stack\":{stack},\"code\":{code}}}"
                )
            }
        }
    }

    fn record(&mut self) -> String {
        let mut fields = Vec::new();
        // A value that is as it should be, most of the time.
        let mut field = |this: &mut Self, key: &str, usual: &str| {
            let value = match this.below(12) {
                0 => this.value(2),
                _ => usual.to_owned(),
            };
            fields.push(format!("\"{key}\":{value}"));
        };
        field(self, "name", "\"feed\"");
        field(self, "hostname", "\"tea1001\"");
        field(self, "pid", "4711");
        let level = self.one(&[
            "10", "20", "30", "40", "50", "60", "35", "\"30\"", "\"info\"", "30.0",
        ]);
        field(self, "level", level);
        field(self, "v", "0");
        let time = match self.below(3) {
            0 => self.one(TIMES).to_owned(),
            _ => format!(
                "\"2026-11-28T12:{:02}:{:02}.{:03}Z\"",
                self.below(60),
                self.below(60),
                self.below(1000)
            ),
        };
        fields.push(format!("\"time\":{time}"));
        fields.push(format!("\"msg\":{}", self.text()));
        for (key, chance) in [("req", 4), ("res", 4), ("client_req", 8), ("client_res", 8)] {
            if self.below(chance) == 0 {
                fields.push(format!("\"{key}\":{}", self.exchange()));
            }
        }
        if self.below(4) == 0 {
            fields.push(format!("\"err\":{}", self.error()));
        }
        if self.below(6) == 0 {
            let (file, line, func) = (self.value(3), self.value(3), self.value(3));
            fields.push(format!(
                "\"src\":{{\"file\":{file},\"line\":{line},\"func\":{func}}}"
            ));
        }
        for _ in 0..self.below(4) {
            fields.push(format!("\"{}\":{}", self.one(KEYS), self.value(1)));
        }
        for _ in 0..self.below(fields.len()) {
            let (one, other) = (self.below(fields.len()), self.below(fields.len()));
            fields.swap(one, other);
        }
        format!("{{{}}}", fields.join(self.one(&[",", ", ", " ,\t"])))
    }
}

impl Iterator for Records {
    type Item = String;

    fn next(&mut self) -> Option<String> {
        Some(match self.below(20) {
            0 => self.one(OTHERS).to_owned(),
            _ => self.record(),
        })
    }
}
