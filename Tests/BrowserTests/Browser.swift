// Debian's chromium without a window, driven through chromedriver by the W3C's WebDriver protocol:
// https://www.w3.org/TR/webdriver2. The driver listens on a port of its own choice and is ended by
// its process id; the browser's profile is a folder that goes with it.

import AsyncHTTPClient
import Foundation
import NIOCore
import NIOHTTP1
import Synchronization
import TestKit

struct BrowserFault: Error, CustomStringConvertible {
  let description: String
}

/// JSON as the driver speaks it.
enum JSON: Codable, Equatable, Sendable, ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
  ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral
{
  case none
  case flag(Bool)
  case number(Double)
  case text(String)
  case list([JSON])
  case map([String: JSON])

  init(stringLiteral value: String) { self = .text(value) }
  init(integerLiteral value: Int) { self = .number(Double(value)) }
  init(booleanLiteral value: Bool) { self = .flag(value) }
  init(arrayLiteral elements: JSON...) { self = .list(elements) }
  init(dictionaryLiteral elements: (String, JSON)...) {
    self = .map(Dictionary(elements) { $1 })
  }

  init(from decoder: any Decoder) throws {
    let value = try decoder.singleValueContainer()
    if value.decodeNil() {
      self = .none
    } else if let flag = try? value.decode(Bool.self) {
      self = .flag(flag)
    } else if let number = try? value.decode(Double.self) {
      self = .number(number)
    } else if let text = try? value.decode(String.self) {
      self = .text(text)
    } else if let list = try? value.decode([JSON].self) {
      self = .list(list)
    } else {
      self = .map(try value.decode([String: JSON].self))
    }
  }

  func encode(to encoder: any Encoder) throws {
    var value = encoder.singleValueContainer()
    switch self {
    case .none: try value.encodeNil()
    case .flag(let flag): try value.encode(flag)
    case .number(let number):
      if let whole = Int(exactly: number) {
        try value.encode(whole)
      } else {
        try value.encode(number)
      }
    case .text(let text): try value.encode(text)
    case .list(let list): try value.encode(list)
    case .map(let map): try value.encode(map)
    }
  }

  subscript(key: String) -> JSON {
    if case .map(let map) = self { map[key] ?? .none } else { .none }
  }

  var text: String { if case .text(let text) = self { text } else { "" } }
  var number: Double? { if case .number(let number) = self { number } else { nil } }
  var flag: Bool { if case .flag(let flag) = self { flag } else { false } }
  var list: [JSON] { if case .list(let list) = self { list } else { [] } }
}

/// How large the window is and what it says of itself.
enum Screen: String, CaseIterable, Sendable {
  case phone, desktop

  var width: Int { self == .phone ? 390 : 1280 }
  var height: Int { self == .phone ? 844 : 900 }
}

final class Browser: Sendable {
  /// Where the two programs are; nil where Debian's packages are not installed.
  static let programs: (driver: URL, chromium: URL)? = {
    func found(_ name: String) -> URL? {
      (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        .map { URL(filePath: String($0)).appending(path: name) }
        .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }
    guard let driver = found("chromedriver"), let chromium = found("chromium") else { return nil }
    return (driver, chromium)
  }()

  /// Where pictures of the pages are left for people to look at.
  static let screenshots = URL(filePath: #filePath).deletingLastPathComponent()
    .appending(path: "../../.build/screenshots").standardizedFileURL

  private let client: HTTPClient
  private let session: String

  private init(client: HTTPClient, session: String) {
    self.client = client
    self.session = session
  }

  /// Runs `body` with a browser of its own, in which nobody has been anywhere.
  static func run<Result: Sendable>(
    _ screen: Screen = .desktop, language: String = "en",
    _ body: @Sendable (Browser) async throws -> Result
  ) async throws -> Result {
    try await turn.pass { try await made(screen, language, body) }
  }

  /// One browser at a time: each takes a few hundred megabytes.
  private static let turn = Turnstile(places: 1)

  private static func made<Result: Sendable>(
    _ screen: Screen, _ language: String, _ body: @Sendable (Browser) async throws -> Result
  ) async throws -> Result {
    guard let programs else { throw BrowserFault(description: "chromium is not installed") }
    // A short name: Chromium's socket lies below it, and may have 107 characters with its path.
    let folder = FileManager.default.temporaryDirectory
      .appending(path: "bureau-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let driver = try Driver(programs.driver, in: folder)
    defer { driver.end() }
    let client = HTTPClient(
      eventLoopGroupProvider: .singleton,
      configuration: .init(timeout: .init(connect: .seconds(10), read: .seconds(90))))
    let outcome: Swift.Result<Result, any Error>
    do {
      let base = "http://127.0.0.1:\(try driver.port())"
      let made = try await call(
        client, .POST, base + "/session", wanted(screen, language, programs.chromium, folder))
      let browser = Browser(client: client, session: base + "/session/\(made["sessionId"].text)")
      do { outcome = .success(try await body(browser)) } catch { outcome = .failure(error) }
      _ = try? await call(client, .DELETE, browser.session, nil)
    } catch { outcome = .failure(error) }
    try await client.shutdown()
    return try outcome.get()
  }

  private static func wanted(
    _ screen: Screen, _ language: String, _ chromium: URL, _ folder: URL
  ) -> JSON {
    var options: [JSON] = [
      "--headless=new", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
      "--disable-background-networking", "--disable-component-update", "--hide-scrollbars",
      "--force-color-profile=srgb", .text("--window-size=\(screen.width),\(screen.height)"),
      .text("--user-data-dir=\(folder.appending(path: "profile").path)"),
      .text("--lang=\(language)"), .text("--accept-lang=\(language)"),
    ]
    // Chromium's own cage does not work for root.
    if geteuid() == 0 { options.append("--no-sandbox") }
    var chrome: [String: JSON] = [
      "binary": .text(chromium.path), "args": .list(options),
      "prefs": ["intl.accept_languages": .text(language)],
    ]
    if screen == .phone {
      chrome["mobileEmulation"] = [
        "deviceMetrics": [
          "width": .number(Double(screen.width)), "height": .number(Double(screen.height)),
          "pixelRatio": 2, "touch": true,
        ],
        "userAgent":
          "Mozilla/5.0 (Linux; Android 15) AppleWebKit/537.36 Chrome/156.0.0.0 Mobile Safari/537.36",
      ]
    }
    return [
      "capabilities": [
        "alwaysMatch": [
          "browserName": "chrome", "acceptInsecureCerts": true,
          "timeouts": ["implicit": 30_000, "pageLoad": 60_000, "script": 30_000],
          "goog:loggingPrefs": ["browser": "ALL"], "goog:chromeOptions": .map(chrome),
        ]
      ]
    ]
  }

  private static func call(
    _ client: HTTPClient, _ method: HTTPMethod, _ url: String, _ body: JSON?
  ) async throws -> JSON {
    var request = HTTPClientRequest(url: url)
    request.method = method
    if let body {
      request.headers.add(name: "content-type", value: "application/json")
      request.body = .bytes(try JSONEncoder().encode(body))
    }
    let response = try await client.execute(request, timeout: .seconds(90))
    let bytes = try await response.body.collect(upTo: 64 << 20)
    let answer = try JSONDecoder().decode(JSON.self, from: Data(bytes.readableBytesView))["value"]
    guard response.status == .ok else {
      throw BrowserFault(description: "\(answer["error"].text): \(answer["message"].text)")
    }
    return answer
  }

  @discardableResult
  private func post(_ path: String, _ body: JSON = [:]) async throws -> JSON {
    try await Self.call(client, .POST, session + path, body)
  }

  private func get(_ path: String) async throws -> JSON {
    try await Self.call(client, .GET, session + path, nil)
  }

  // MARK: What a person does

  func opens(_ url: String) async throws { try await post("/url", ["url": .text(url)]) }

  var title: String { get async throws { try await get("/title").text } }

  var url: String { get async throws { try await get("/url").text } }

  private static let element = "element-6066-11e4-a52e-4f735466cecf"

  /// Waits for the first element that fits, over page changes too, and names it.
  private func find(_ xpath: String) async throws -> String {
    try await post("/element", ["using": "xpath", "value": .text(xpath)])[Self.element].text
  }

  /// Waits until a heading with these words is there.
  func sees(heading: String) async throws {
    _ = try await find("//h1[normalize-space()='\(heading)']")
  }

  /// Waits until something on the page says this.
  func sees(_ words: String) async throws {
    _ = try await find("//*[contains(normalize-space(), '\(words)')]")
  }

  func text(_ css: String) async throws -> String {
    let found = try await post("/element", ["using": "css selector", "value": .text(css)])
    return try await get("/element/\(found[Self.element].text)/text").text
  }

  /// Presses the button or link with these words.
  func presses(_ words: String) async throws {
    let found = try await find("//*[self::button or self::a][normalize-space()='\(words)']")
    try await post("/element/\(found)/click")
  }

  func reloads() async throws { try await post("/refresh") }

  /// Keys as WebDriver spells them; U+E004 is Tab, U+E007 Enter.
  func types(_ keys: String) async throws {
    let actions = keys.flatMap { key -> [JSON] in
      ["keyDown", "keyUp"].map { ["type": .text($0), "value": .text(String(key))] }
    }
    try await post(
      "/actions", ["actions": [["type": "key", "id": "keys", "actions": .list(actions)]]])
  }

  // MARK: What can be measured

  /// The value of a script's `return`.
  func runs(_ script: String) async throws -> JSON {
    try await post("/execute/sync", ["script": .text(script), "args": []])
  }

  /// Waits in the page until an expression holds; the driver's time for scripts bounds it.
  func waits(until expression: String) async throws -> JSON {
    try await post(
      "/execute/async",
      [
        "script": .text(
          "const done = arguments[0], look = setInterval(() => "
            + "{ if (\(expression)) { clearInterval(look); done(true) } }, 50)"),
        "args": [],
      ])
  }

  /// A command of Chromium's own protocol.
  @discardableResult
  func commands(_ name: String, _ parameters: JSON = [:]) async throws -> JSON {
    try await post("/goog/cdp/execute", ["cmd": .text(name), "params": parameters])
  }

  /// What the browser complained of: errors of scripts, and what the policy has blocked.
  func complaints() async throws -> [String] {
    try await post("/se/log", ["type": "browser"]).list
      .filter { ["SEVERE", "WARNING"].contains($0["level"].text) }.map { $0["message"].text }
  }

  /// What a screen reader is told: role and name of everything that has one, in reading order.
  func spoken() async throws -> [String] {
    try await commands("Accessibility.enable")
    let nodes = try await commands("Accessibility.getFullAXTree")["nodes"].list
    let byID = Dictionary(nodes.map { ($0["nodeId"].text, $0) }) { $1 }
    let heard: Set<String> = [
      "RootWebArea", "banner", "main", "contentinfo", "navigation", "heading", "button", "link",
      "image", "status", "region", "form", "textbox",
    ]
    var spoken: [String] = []
    func read(_ node: JSON) {
      let role = node["role"]["value"].text
      if !node["ignored"].flag, heard.contains(role) {
        let level = node["properties"].list.first { $0["name"].text == "level" }?["value"]["value"]
        let rank = level?.number.map { " \(Int($0))" } ?? ""
        spoken.append("\(role)\(rank): \(node["name"]["value"].text)")
      }
      for child in node["childIds"].list { byID[child.text].map(read) }
    }
    nodes.first { $0["parentId"] == .none }.map(read)
    return spoken
  }

  /// The window as a phone or a zoomed page of this width has it, in CSS pixels.
  func resizes(width: Int, height: Int = 800) async throws {
    try await commands(
      "Emulation.setDeviceMetricsOverride",
      [
        "width": .number(Double(width)), "height": .number(Double(height)),
        "deviceScaleFactor": 2, "mobile": false,
      ])
  }

  /// Leaves a picture of the whole page in `.build/screenshots`.
  func pictures(_ name: String) async throws {
    let size = try await commands("Page.getLayoutMetrics")["cssContentSize"]
    let picture = try await commands(
      "Page.captureScreenshot",
      [
        "format": "png", "captureBeyondViewport": true,
        "clip": [
          "x": 0, "y": 0, "width": size["width"], "height": size["height"], "scale": 1,
        ],
      ])["data"].text
    guard let data = Data(base64Encoded: picture) else {
      throw BrowserFault(description: "no picture came")
    }
    try FileManager.default.createDirectory(
      at: Self.screenshots, withIntermediateDirectories: true)
    try data.write(to: Self.screenshots.appending(path: "\(name).png"))
  }
}

/// The driver as a process.
private final class Driver: Sendable {
  private let process: Process
  private let output: Pipe

  init(_ program: URL, in folder: URL) throws {
    let process = Process()
    process.executableURL = program
    process.arguments = ["--port=0"]
    process.currentDirectoryURL = folder
    process.environment = ProcessInfo.processInfo.environment.merging([
      "HOME": folder.path, "TMPDIR": folder.path,
    ]) { $1 }
    let pipe = Pipe()
    process.standardOutput = pipe
    process.standardError = FileHandle.nullDevice
    process.standardInput = FileHandle.nullDevice
    output = pipe
    self.process = process
    // A thread of the pool holds most signals back, and its child would too: never to be ended.
    var none = sigset_t(), before = sigset_t()
    sigemptyset(&none)
    pthread_sigmask(SIG_SETMASK, &none, &before)
    defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
    try process.run()
  }

  /// Reads until the driver has said where it listens, or has ended.
  func port() throws -> Int {
    var text = ""
    while text.utf8.count < 10_000 {
      let data = output.fileHandleForReading.availableData
      if data.isEmpty { break }
      text += String(decoding: data, as: UTF8.self)
      if let match = text.firstMatch(of: /on port (\d+)\./), let port = Int(match.output.1) {
        return port
      }
    }
    throw BrowserFault(description: "chromedriver did not start: \(text)")
  }

  /// Ends the driver, and with it its browser.
  func end() {
    process.terminate()
    process.waitUntilExit()
  }
}
