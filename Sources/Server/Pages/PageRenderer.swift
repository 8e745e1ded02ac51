import Crypto
import Foundation
import Mustache

/// A file that pages refer to, by a name that changes with its content.
struct PageFile: Sendable {
  let path: String
  let type: String
  let bytes: [UInt8]

  init(_ name: String, _ ending: String, _ type: String, _ bytes: [UInt8]) {
    let digest = SHA256.hash(data: bytes).prefix(6).map { String(format: "%02x", $0) }.joined()
    path = "/assets/\(name)-\(digest).\(ending)"
    self.type = type
    self.bytes = bytes
  }

  static let style = PageFile(
    "style", "css", "text/css; charset=utf-8", PackageResources.style_css)
  static let script = PageFile(
    "wait", "js", "text/javascript; charset=utf-8", PackageResources.wait_js)
  static let icon = PageFile("icon", "svg", "image/svg+xml", PackageResources.icon_svg)
  static let all = [style, script, icon]
}

/// Writes pages from their templates.
package struct PageRenderer: Sendable {
  /// The templates' texts, by name.
  package static let sources: [String: String] = [
    "layout": PackageResources.layout_mustache, "home": PackageResources.home_mustache,
    "opening": PackageResources.opening_mustache, "agreement": PackageResources.agreement_mustache,
    "order": PackageResources.order_mustache, "message": PackageResources.message_mustache,
    "login": PackageResources.login_mustache, "own": PackageResources.own_mustache,
    "revoke": PackageResources.revoke_mustache, "consent": PackageResources.consent_mustache,
    "decline": PackageResources.decline_mustache, "queue": PackageResources.queue_mustache,
    "signed": PackageResources.signed_mustache, "return": PackageResources.return_mustache,
    "code": PackageResources.code_mustache,
  ].mapValues { String(decoding: $0, as: UTF8.self) }

  private let library: MustacheLibrary
  private let texts: [PageLanguage: [String: String]]

  package init() throws {
    library = MustacheLibrary(
      templates: try Self.sources.mapValues { try MustacheTemplate(string: $0) })
    texts = Dictionary(
      uniqueKeysWithValues: PageLanguage.allCases.map { language in
        (
          language,
          Dictionary(
            uniqueKeysWithValues: PageText.allCases.map { ($0.rawValue, $0(language)) })
        )
      })
  }

  func html(_ view: PageView, in language: PageLanguage) -> String {
    let words = texts[language] ?? [:]
    var values = view.values.mapValues { value in
      (value as? PageText).map { $0(language) as any Sendable } ?? value
    }
    values["t"] = words
    let main = library.render(values, withTemplate: view.template) ?? ""
    var page: [String: any Sendable] = [
      "t": words, "lang": language.rawValue, "title": view.title(language),
      "main": main, "style": PageFile.style.path, "icon": PageFile.icon.path,
    ]
    if !view.owner.isEmpty { page["owner"] = view.owner }
    if let refresh = view.refresh { page["refresh"] = refresh }
    if let renew = view.renew { page["renew"] = String(renew) }
    if view.waits { page["script"] = PageFile.script.path }
    page["chooser"] = view.canChooseLanguage && view.refresh == nil
    page["languages"] = PageLanguage.allCases.map { choice -> [String: any Sendable] in
      ["code": choice.rawValue, "name": choice.displayName, "current": choice == language]
    }
    return library.render(page, withTemplate: "layout") ?? ""
  }
}
