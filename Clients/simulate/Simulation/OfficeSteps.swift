// What is done about rights, copies and servers, and how time goes on.

import BureauAPI
import Checker
import Connectors
import Domain
import Engine
import Foundation
import Primitives
import Sandbox
import Server
import Storage
import SwiftProtobuf
import TestKit

extension Town {
  // MARK: Rights

  /// Takes an approver's role away in one company, or gives it back.
  func changeRole(_ step: Int, _ dice: inout Chance) async throws -> String {
    let person = approvers[dice.below(approvers.count)], company = dice.below(companies.count)
    let id = "role-\(step)", key = companies[company].place.company.hex
    let assignment = oracle.assignment(of: person.user, approvingAt: key)
    let wish: Wish
    if let assignment {
      let request = Bureau_V1_DeleteRoleAssignmentRequest.with {
        $0.name = "bureaus/\(bureau.hex)/roleAssignments/\(assignment)"
        $0.requestID = id
      }
      wish = Wish(requestID: id, text: "\(person.token) may not sign at \(company + 1)") {
        [administrator] desk in
        _ = try await desk(
          Bureau_V1_TenancyService.Method.DeleteRoleAssignment.descriptor, request,
          by: administrator
        ) { try await desk.tenancy.deleteRoleAssignment(request: $0, context: $1) }
        return request.name
      }
    } else {
      let request = Bureau_V1_CreateRoleAssignmentRequest.with {
        $0.parent = "bureaus/\(bureau.hex)"
        $0.roleAssignment.user = "bureaus/\(bureau.hex)/users/\(person.user.hex)"
        $0.roleAssignment.company = companyName(company)
        $0.roleAssignment.role = .approver
        $0.requestID = id
      }
      wish = Wish(requestID: id, text: "\(person.token) may sign at \(company + 1)") {
        [administrator] desk in
        try await desk(
          Bureau_V1_TenancyService.Method.CreateRoleAssignment.descriptor, request,
          by: administrator
        ) { try await desk.tenancy.createRoleAssignment(request: $0, context: $1) }.name
      }
    }
    return try await perform(wish, &dice)
  }

  /// Revokes somebody's consent, or gives it anew.
  func changeConsent(_ step: Int, _ dice: inout Chance) async throws -> String {
    let person = approvers[dice.below(approvers.count)], company = dice.below(companies.count)
    let bank = companies[company].accounts[0].bank
    let counting = oracle.consent(
      of: person.user, to: bank, at: companies[company].place.company.hex)
    if let counting {
      let id = "revoke-\(step)"
      let request = Bureau_V1_RevokeConsentRequest.with {
        $0.name = "\(companyName(company))/consents/\(counting)"
        $0.requestID = id
      }
      let wish = Wish(requestID: id, text: "\(person.token) revokes at \(company + 1)") { desk in
        _ = try await desk(
          Bureau_V1_ConsentService.Method.RevokeConsent.descriptor, request, by: person
        ) { try await desk.consents.revokeConsent(request: $0, context: $1) }
        return request.name
      }
      return try await perform(wish, &dice)
    }
    let machine = try living(dice.below(2)), parent = companyName(company)
    do {
      let order = try await machine.desk(
        Bureau_V1_ConsentService.Method.StartConsent.descriptor,
        Bureau_V1_StartConsentRequest.with {
          $0.parent = parent
          $0.bank = bank
        }, by: person
      ) { try await machine.desk.consents.startConsent(request: $0, context: $1) }
      openOrders.append(
        OpenOrder(name: order.name, reference: order.autoStartToken, person: person))
      return "\(person.token) consents anew at \(company + 1)"
    } catch { return failed(error, on: machine) }
  }

  // MARK: Servers

  func kill(_ dice: inout Chance) -> String {
    faults += 1
    let index = dice.below(2), places = dice.below(25)
    machines[index].fuse.arm(places)
    return "server \(index + 1) dies in \(places) places"
  }

  func restartOne(_ dice: inout Chance) throws -> String {
    let index = dice.below(2)
    try restart(index)
    return "server \(index + 1)"
  }

  func stall(_ dice: inout Chance) -> String {
    faults += 1
    let index = dice.below(2)
    machines[index].channel.stall()
    return "server \(index + 1) is slow with its next delivery"
  }

  /// What slow servers were about to deliver arrives, whoever has overtaken them meanwhile.
  func unstall() throws -> String {
    let late = stalled + machines.flatMap { $0.channel.takeStalled() }
    stalled = []
    for delivery in late {
      try folders.deliver(
        delivery.content, messageID: delivery.messageID, to: delivery.connection)
    }
    return "\(late.count) deliveries"
  }

  // MARK: Copies

  func copyDatabase() async throws -> String {
    guard copy == nil else { return "there is a copy" }
    try await keepCopy()
    return "kept"
  }

  func putCopyBack() async throws -> String {
    guard let old = copy else { return "no copy" }
    faults += 1
    copy = nil
    // A slow server of before the restore is gone with its machine.
    for machine in machines { _ = machine.channel.takeStalled() }
    stalled = []
    try await putBack(old)
    return "an older copy is put back"
  }

  /// The administrator has compared the list with the online bank and lets transfers go on.
  func release(_ step: Int, _ dice: inout Chance) async throws -> String {
    let machine = try living(dice.below(2)), bureau = bureau
    let holds: [Bureau_V1_TransferHold]
    do {
      holds = try await machine.desk(
        Bureau_V1_TransferService.Method.ListTransferHolds.descriptor,
        Bureau_V1_ListTransferHoldsRequest.with { $0.parent = "bureaus/\(bureau.hex)" },
        by: administrator
      ) { try await machine.desk.transfers.listTransferHolds(request: $0, context: $1) }
      .transferHolds
    } catch { return failed(error, on: machine) }
    guard let hold = dice.pick(holds) else { return "nothing is held" }
    do {
      _ = try await machine.desk(
        Bureau_V1_TransferService.Method.ReleaseTransferHold.descriptor,
        Bureau_V1_ReleaseTransferHoldRequest.with {
          $0.name = hold.name
          $0.digest = hold.digest
          $0.reason = "Compared with the online bank"
          $0.requestID = "release-\(step)"
        }, by: administrator
      ) { try await machine.desk.transfers.releaseTransferHold(request: $0, context: $1) }
      return "released"
    } catch { return failed(error, on: machine) }
  }

  // MARK: Time

  /// Turns the clock: some minutes, to the bank's morning, to when work falls due, or half a day.
  func turn(_ dice: inout Chance) async throws -> String {
    let now = clock.now, today = now.date(in: .centralEuropean)
    let due = try tables.rows(
      "SELECT min(due) FROM work WHERE kind <> 'checkpoint' AND kind <> 'hold'")
    var target = now.adding(minutes: 1 + dice.below(90))
    switch dice.below(10) {
    case 0..<3: break
    case 3..<6:
      let morning = Instant.at(today, hour: 6, minute: 5, in: .centralEuropean)
      target =
        morning > now
        ? morning
        : Instant.at(today.adding(days: 1), hour: 6, minute: 5, in: .centralEuropean)
    case 6..<8:
      let next = Instant(microseconds: due.first?.first?.number ?? 0)
      if next > now, next < now.adding(days: 10) { target = next }
    default: target = now.adding(hours: 5 + dice.below(10))
    }
    clock.turn(to: target)
    var said = "to \(target.rfc3339)"
    if dice.happens(60) { said += "; " + (try await work(&dice)) }
    if dice.happens(60) { said += "; " + (try bankWorks()) }
    if dice.happens(40) { said += "; " + (try await work(&dice)) }
    return said
  }

  /// One round of a server's jobs.
  func work(_ dice: inout Chance) async throws -> String {
    let machine = try living(dice.below(2))
    do {
      return "\(try await machine.jobs.runOnce()) jobs"
    } catch {
      oracle.expect(
        "unexpected", machine.fuse.isBurnt, "the jobs failed: \(String(reflecting: error))")
      return "killed"
    }
  }

  func bankWorks() throws -> String { "\(try bank.tick(now: clock.now).count) events" }
}
