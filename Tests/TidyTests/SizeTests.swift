// What does not fit in a head does not fit in a file.

import Foundation
import Testing

/// A function, initializer or subscript with a body.
struct FunctionSpan: Equatable {
  let name: String
  let firstLine: Int
  let lastLine: Int
  /// Cases of a switch with what they do on the same line: the rows of a table, which grows with
  /// what it maps and is read row by row.
  var rows = 0
  var lines: Int { lastLine - firstLine + 1 - rows }

  private static let pattern = #"(?<![.\w`])(?:func|init|deinit|subscript)(?![\w`])"#
  /// A line that begins with one of these ends a declaration that has no body.
  private static let beginnings = [
    "func ", "var ", "let ", "init", "static ", "case ", "}", "package ", "public ", "private ",
    "internal ", "fileprivate ", "associatedtype ", "subscript", "mutating ", "nonisolated ", "@",
    "#endif", "struct ", "enum ", "extension ",
  ]

  static func all(in file: SourceFile) throws -> [FunctionSpan] {
    let bytes = Array(file.code.utf8)
    let expression = try NSRegularExpression(pattern: pattern)
    let range = NSRange(file.code.startIndex..<file.code.endIndex, in: file.code)
    let lines = file.code.split(separator: "\n", omittingEmptySubsequences: false)
    return expression.matches(in: file.code, range: range).compactMap { match in
      guard let found = Range(match.range, in: file.code) else { return nil }
      let start = file.code.utf8.distance(from: file.code.startIndex, to: found.lowerBound)
      guard let open = bodyStart(bytes, after: start + match.range.length),
        let close = bodyEnd(bytes, from: open)
      else { return nil }
      let head = String(decoding: file.text.utf8.dropFirst(start).prefix(60), as: UTF8.self)
      let first = file.line(ofByte: start), last = file.line(ofByte: close)
      return FunctionSpan(
        name: head.split(separator: "\n").first.map(String.init) ?? "",
        firstLine: first, lastLine: last, rows: lines[(first - 1)..<last].count { isRow($0) })
    }
  }

  /// `case .a(let b): c(b)`
  private static func isRow(_ line: Substring) -> Bool {
    let text = line.drop { $0 == " " }
    guard text.hasPrefix("case "), let colon = text.firstRange(of: ": ") else { return false }
    return !text[colon.upperBound...].allSatisfy { $0 == " " }
  }

  /// The brace that opens the body of the declaration whose keyword ends at `start`.
  private static func bodyStart(_ bytes: [UInt8], after start: Int) -> Int? {
    var depth = 0
    var at = start
    while at < bytes.count {
      switch bytes[at] {
      case UInt8(ascii: "("), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: ")"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: "{"): if depth == 0 { return at }
      case UInt8(ascii: "}"): if depth == 0 { return nil }
      case UInt8(ascii: "\n") where depth == 0:
        let line = String(decoding: bytes[(at + 1)...].prefix(120), as: UTF8.self)
          .drop { $0 == " " }
        if beginnings.contains(where: { line.hasPrefix($0) }) { return nil }
      default: break
      }
      if depth < 0 { return nil }
      at += 1
    }
    return nil
  }

  private static func bodyEnd(_ bytes: [UInt8], from open: Int) -> Int? {
    var depth = 0
    for at in open..<bytes.count {
      if bytes[at] == UInt8(ascii: "{") { depth += 1 }
      if bytes[at] == UInt8(ascii: "}") {
        depth -= 1
        if depth == 0 { return at }
      }
    }
    return nil
  }
}

struct SizeTests {
  static let fileLimit = 500
  static let functionLimit = 70
  /// Extensions of the files that people write as code.
  static let languages = [".swift", ".c", ".h", ".proto", ".sh"]

  @Test func `files have at most 500 lines`() {
    let findings = SourceTree.current.files.filter { file in
      !file.isGenerated && Self.languages.contains { file.path.hasSuffix($0) }
        && file.lineCount > Self.fileLimit
    }.map {
      Finding(
        path: $0.path, line: $0.lineCount, what: "\($0.lineCount) lines",
        remedy: "split the file by idea")
    }
    #expect(findings.isEmpty, "\(findings.report)")
  }

  @Test func `functions have at most 70 lines, without the rows of a switch`() throws {
    var findings: [Finding] = []
    for file in SourceTree.current.written {
      for span in try FunctionSpan.all(in: file) where span.lines > Self.functionLimit {
        findings.append(
          Finding(
            path: file.path, line: span.firstLine, what: "\(span.lines) lines in \(span.name)",
            remedy: "give its parts names of their own"))
      }
    }
    #expect(findings.isEmpty, "\(findings.report)")
  }

  @Test func `functions are measured from their first line to the brace that ends them`() throws {
    let text = """
      protocol P {
        func required(a: Int) -> Int
        init(b: Int)
      }
      struct S {
        init(a: Int = { 1 }()) { self.init() }
        func long(
          a: Int
        ) throws(E) -> [Int: Int]
        where A: B {
          let s = "}\\(a.map { "}" })"  // }
          if a { return [:] }
        }
        func `a name with { and func in it`() {}
        func table(a: A) -> Int {
          switch a {
          case .b: 1
          case .c(let d): d
          case .e:
            2
          }
        }
      }
      """
    let spans = try FunctionSpan.all(in: SourceFile(path: "A.swift", text: text))
    #expect(spans.map(\.firstLine) == [6, 7, 14, 15])
    #expect(spans.map(\.lines) == [1, 7, 1, 6])
    #expect(spans.map(\.rows) == [0, 0, 0, 2])
  }

  @Test func `no file is empty or left over`() {
    let findings = SourceTree.current.written.filter { file in
      let isCode = file.code.contains { !$0.isWhitespace }
      return !isCode || file.path.lowercased().hasSuffix("placeholder.swift")
    }.map { Finding(path: $0.path, line: 1, what: "no code", remedy: "take the file out") }
    #expect(findings.isEmpty, "\(findings.report)")
  }
}
