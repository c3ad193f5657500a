#!/usr/bin/env node
import { launch } from "./launch.mjs";

launch("pantavisor-mocker");
