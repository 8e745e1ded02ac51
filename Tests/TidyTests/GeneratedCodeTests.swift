// Generated code belongs to its generator. `deploy/generate --check` compares every byte; here is
// what needs no generator: nothing beside it, nothing missing, nothing without its source.

import Foundation
import Testing

struct GeneratedCodeTests {
  /// Written by hand beside generated files, with its reason.
  static let handwritten = [
    "Sources/BureauAPI/Descriptors.swift": "serves descriptors.binpb",
    "Sources/BureauAPI/SealedBatch.swift": "a batch's sealed bytes, the same for both ends",
    "Sources/BureauAPI/PolicyMessages.swift": "a policy as it is sent, the same for both ends",
  ]

  private static func isInside(_ path: String) -> Bool {
    path.hasPrefix("Sources/BureauAPI/") || path.hasPrefix("Sources/Facts/")
  }

  @Test func `generated files say so and name a proto that exists`() throws {
    var findings: [Finding] = []
    for file in SourceTree.current.files where file.isGenerated {
      let source = try file.matches(of: #"^// Source: (\S+\.proto)$"#, in: \.text).first?.group
      if !file.text.contains("// DO NOT EDIT.") || source == nil {
        findings.append(
          Finding(
            path: file.path, line: 1, what: "no generator's mark", remedy: "run make generate"))
      } else if let source, !SourceTree.current.has("Protos/\(source)") {
        findings.append(
          Finding(
            path: file.path, line: 1, what: "its source \(source) is gone",
            remedy: "run make generate, which takes it out"))
      }
      if !Self.isInside(file.path) {
        findings.append(
          Finding(
            path: file.path, line: 1, what: "generated code outside its targets",
            remedy: "let it go to Sources/BureauAPI or Sources/Facts"))
      }
    }
    #expect(findings.isEmpty, "\(findings.report)")
  }

  @Test func `every proto has its generated file`() {
    let names = Set(SourceTree.current.files.filter(\.isGenerated).map { $0.path })
    let missing = SourceTree.current.files.filter {
      $0.path.hasPrefix("Protos/") && $0.path.hasSuffix(".proto")
    }.filter { proto in
      let flat = proto.path.dropFirst("Protos/".count).dropLast(".proto".count)
        .replacingOccurrences(of: "/", with: "_")
      return !["BureauAPI", "Facts"].contains { names.contains("Sources/\($0)/\(flat).pb.swift") }
    }.map {
      Finding(
        path: $0.path, line: 1, what: "nothing is generated from it", remedy: "run make generate")
    }
    #expect(missing.isEmpty, "\(missing.report)")
  }

  @Test func `generated targets hold nothing written by hand`() {
    let findings = SourceTree.current.written.filter {
      Self.isInside($0.path) && Self.handwritten[$0.path] == nil
    }.map {
      Finding(
        path: $0.path, line: 1, what: "written by hand",
        remedy: "move it to the target that uses it")
    }
    #expect(findings.isEmpty, "\(findings.report)")
  }
}
