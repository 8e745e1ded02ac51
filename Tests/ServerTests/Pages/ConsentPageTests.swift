import BureauAPI
import EngineKit
import Foundation
import NIOHTTP1
import Sandbox
import SwiftProtobuf
import TestKit
import Testing

/// A consent by the link of an invitation, and saying no, on the page.
@Suite(.everyEngine) struct ConsentPageTests {
  /// An office whose second approver, Max, has been invited.
  private struct Invited: Sendable {
    let office: Office
    let max: Person
    let name: String
    let link: String
  }

  private func withInvitation(_ body: @Sendable (Invited) async throws -> Void) async throws {
    try await withOffice { office in
      let max = try await office.bureau.approver("Max")
      let invitation = try await invites(max, by: office.kim)
      let link = try #require(try await office.kim.pageLinks(about: invitation.name).first)
      try await body(Invited(office: office, max: max, name: invitation.name, link: link))
    }
  }

  private func invites(_ person: Person, by kim: Person) async throws -> Bureau_V1_ConsentInvitation
  {
    let parent = try kim.bureau.company.name
    return try await kim.calls { connection, metadata in
      try await connection.consents.createConsentInvitation(
        .with {
          $0.parent = parent
          $0.consentInvitation.user = person.name
          $0.consentInvitation.bank = "dnb"
          $0.consentInvitation.mobile = "+46701740605"
          $0.requestID = kim.newRequestID()
        }, metadata: metadata)
    }
  }

  private func consents(_ invited: Invited) async throws -> [Bureau_V1_Consent] {
    let parent = try invited.office.bureau.company.name, name = invited.max.name
    return try await invited.office.kim.calls { connection, metadata in
      try await connection.consents.listConsents(.with { $0.parent = parent }, metadata: metadata)
    }.consents.filter { $0.user == name }
  }

  private func state(_ invited: Invited) async throws -> Bureau_V1_ConsentInvitation {
    let parent = try invited.office.bureau.company.name
    let all = try await invited.office.kim.calls { connection, metadata in
      try await connection.consents.listConsentInvitations(
        .with { $0.parent = parent }, metadata: metadata)
    }.consentInvitations
    return try #require(all.first { $0.name == invited.name })
  }

  @Test func `the invited person reads what it is for, gives it with BankID, and it counts (C-01)`()
    async throws
  {
    try await withInvitation { invited in
      #expect(invited.link.contains("/c/"))
      try await PageVisitor.run(in: invited.office.bureau.world) { visitor in
        let page = try await visitor.follows(invited.link)
        #expect(try page.heading == "Personal consent")
        // What, for which accounts, until when, which rights.
        for words in [
          "Nordlys Verksted AS", "DNB", "Max", "2026-08-29", "fetching balances",
          "sending payments that you sign",
        ] { #expect(page.words.contains(words), "\(words)") }
        #expect(try page.finds(#"<span class="line">([^<]*NOK)</span>"#).count == 1)
        let waiting = try await visitor.presses("/sign", "elsewhere", on: page)
        try await invited.max.approvesInApp()
        let done = try await visitor.goes(to: waiting.path)
        #expect(try done.heading == "Consent given")
        #expect(try await consents(invited).map(\.state) == [.active])
        // It works once.
        let used = try await visitor.follows(invited.link)
        #expect(used.status == 410)
        #expect(try used.heading == "This link cannot be used")
      }
    }
  }

  @Test func `another person's BankID gives nothing (C-05)`() async throws {
    try await withInvitation { invited in
      try await PageVisitor.run(in: invited.office.bureau.world) { visitor in
        let page = try await visitor.follows(invited.link)
        let waiting = try await visitor.presses("/sign", "elsewhere", on: page)
        try await invited.office.alex.approvesInApp()
        let refused = try await visitor.goes(to: waiting.path)
        #expect(refused.status == 403)
        #expect(try await consents(invited).isEmpty)
      }
    }
  }

  @Test func `whoever says no is asked why, and the accountant reads it`() async throws {
    try await withInvitation { invited in
      try await PageVisitor.run(in: invited.office.bureau.world) { visitor in
        let page = try await visitor.follows(invited.link)
        let ask = try await visitor.goes(to: page.path + "/decline")
        #expect(try ask.finds(#"<label for="(reason)">"#) == ["reason"])
        var (path, form) = try visitor.filled("/decline", on: ask)
        form.append(("reason", "  not\n mine "))
        let said = try await visitor.goes(.POST, to: path, form: form)
        #expect(try said.heading == "You have said no")
        let invitation = try await state(invited)
        #expect(invitation.state == .declined)
        #expect(invitation.note == "not mine")
        // The form sent twice is one answer; the link is of no more use.
        #expect(try await visitor.goes(.POST, to: path, form: form).heading == "You have said no")
        #expect(try await visitor.follows(invited.link).status == 410)
      }
    }
  }

  @Test func `an agreement's signer can say no without a reason`() async throws {
    try await withBureau { bureau in
      let kim = try await bureau.accountant("Kim"), alex = try await bureau.approver("Alex")
      let agreement = try await kim.registersAgreement(signer: alex)
      let link = try #require(try await kim.pageLinks(about: agreement.name).first)
      try await PageVisitor.run(in: bureau.world, language: "sv") { visitor in
        let page = try await visitor.follows(link)
        let ask = try await visitor.goes(to: page.path + "/decline")
        let said = try await visitor.presses("/decline", on: ask)
        #expect(try said.heading == "Du har sagt nej")
        let now = try await kim.calls { connection, metadata in
          try await connection.agreements.getAgreement(
            .with { $0.name = agreement.name }, metadata: metadata)
        }
        #expect(now.state == .draft)
        #expect(now.note == "Inget skäl angivet")
        #expect(try await visitor.follows(link).status == 410)
      }
    }
  }

  @Test func `a link to a consent that is wrong, replaced or too old gets the one page for all`()
    async throws
  {
    try await withInvitation { invited in
      let world = invited.office.bureau.world
      func open(_ link: String) async throws -> VisitedPage {
        try await PageVisitor.run(in: world) { try await $0.follows(link) }
      }
      let wrong = try await open(String(invited.link.dropLast(4)) + "AAAA")
      let newer = try await invites(invited.max, by: invited.office.kim)
      let replaced = try await open(invited.link)
      let link = try #require(try await invited.office.kim.pageLinks(about: newer.name).first)
      #expect(try await open(link).status == 200)
      try await invited.office.bureau.turnClock(to: "2026-05-01T08:00:00Z")
      let expired = try await open(link)
      #expect(wrong.status == 410)
      #expect(wrong.text == replaced.text && wrong.text == expired.text)
    }
  }
}
