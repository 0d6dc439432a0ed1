# SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
"""The list of variants that train-ablations.py takes, and the settings of each."""

import copy
import json
import pathlib
import re

DEFAULT_BACKBONE = "convnext_large"


class AblationError(Exception):
    """What is wrong, in one line."""


def shown(value):
    text = json.dumps(value)
    return text if len(text) <= 60 else text[:60] + "..."


def read_object(path):
    """-> the JSON object in a file"""
    try:
        content = json.loads(pathlib.Path(path).read_text(encoding="utf-8"))
    except OSError as error:
        raise AblationError(f"{path}: {error.strerror}") from None
    except (ValueError, RecursionError) as error:
        raise AblationError(f"{path}: is not JSON: {error}") from None
    if not isinstance(content, dict):
        raise AblationError(f"{path}: must hold one JSON object, not {shown(content)}")
    return content


def is_text(value):
    return isinstance(value, str) and value.isprintable()


def is_setting(value):
    return is_text(value) and value.find("=") > 0


def check_settings(place, holder):
    settings = holder.get("set", [])
    if not isinstance(settings, list):
        raise AblationError(f'{place}: "set" is {shown(settings)}; it must be a list, as ["generator.noise=none"]')
    for setting in settings:
        if not is_setting(setting):
            raise AblationError(f'{place}: "set" has {shown(setting)}; expects "key=value", as "generator.noise=none"')


def place_of(path, variant):
    return f'{path}: variant "{variant["name"]}"'


def check_variant(path, i, variant):
    if not isinstance(variant, dict) or not is_text(variant.get("name")):
        raise AblationError(f'{path}: variant {i} has no "name", a line of text')
    unknown = set(variant) - {"name", "set"}
    if unknown:
        raise AblationError(f"{place_of(path, variant)}: unknown key {shown(min(unknown))}; known are name, set")
    check_settings(place_of(path, variant), variant)


def read_list(path):
    content = read_object(path)
    if not is_text(content.get("base")):
        raise AblationError(f'{path}: has no "base", the configuration\'s file')
    unknown = set(content) - {"base", "set", "variants"}
    if unknown:
        raise AblationError(f"{path}: unknown key {shown(min(unknown))}; known are base, set, variants")
    check_settings(path, content)
    variants = content.get("variants")
    if not isinstance(variants, list) or not variants:
        raise AblationError(f'{path}: has no "variants"')
    names = set()
    for i, variant in enumerate(variants):
        check_variant(path, i, variant)
        folder = folder_name(variant["name"])
        if folder in names:
            raise AblationError(f'{path}: two variants would use the folder "{folder}"; rename one')
        names.add(folder)
    return content


def folder_name(name):
    """Letters and digits, and dots between digits alone: never "..", nor a file that the script writes."""
    return re.sub(r"([^A-Za-z0-9.]|(?<![0-9])\.|\.(?![0-9]))+", "-", name).strip("-") or "variant"


def apply_setting(place, configuration, setting):
    """As dpsims-compile --set does."""
    key, _, text = setting.partition("=")
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        value = text
    *sections, last = key.split(".")
    for section in sections:
        if configuration.get(section) is None:
            configuration[section] = {}
        configuration = configuration[section]
        if not isinstance(configuration, dict):
            raise AblationError(f"{place}: --set {setting}: {section} is {shown(configuration)}, no section")
    configuration[last] = value


def settings_of(place, configuration, overrides):
    """-> the discriminator's section after the overrides, with its defaults"""
    configuration = copy.deepcopy(configuration)
    for override in overrides:
        apply_setting(place, configuration, override)
    section = configuration.get("discriminator", {})
    if not isinstance(section, dict):
        raise AblationError(f"{place}: discriminator is {shown(section)}; a section is an object of keys and values")
    section = {"backbone": DEFAULT_BACKBONE, "pretrained": True, **section}
    for key, kind, words in (("backbone", str, "a string"), ("pretrained", bool, "true or false")):
        if not isinstance(section[key], kind):
            raise AblationError(f"{place}: discriminator.{key} is {shown(section[key])}; it must be {words}")
    return section
